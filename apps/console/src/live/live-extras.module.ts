import { Module } from '@nestjs/common';
import { LiveExtras } from './live-extras.js';

/** Lets other modules add messages to the feed. */
@Module({ providers: [LiveExtras], exports: [LiveExtras] })
export class LiveExtrasModule {}
