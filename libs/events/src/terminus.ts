// Health for Terminus, which no other entry point needs: `nestjs-event-streams/terminus`.
export { EventsHealthIndicator } from './nest/events-health-indicator.js';
