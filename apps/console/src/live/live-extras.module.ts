import { Module } from '@nestjs/common';
import { LiveExtras } from './live-extras.js';

/** Where views add themselves to the feed. */
@Module({ providers: [LiveExtras], exports: [LiveExtras] })
export class LiveExtrasModule {}
