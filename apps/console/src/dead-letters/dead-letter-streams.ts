import { Injectable } from '@nestjs/common';
import { Problem } from '../access/problem.js';
import { Observatory } from '../observe/observatory.js';
import { Surveyor } from '../observe/surveyor.js';
import { FRESH_MS } from '../observe/timing.js';
import { StreamsService } from '../streams/streams.service.js';

/** The streams whose dead letters the console shows. Those of partitioned streams it does not. */
@Injectable()
export class DeadLetterStreams {
  constructor(
    private readonly observatory: Observatory,
    private readonly streams: StreamsService,
    private readonly surveyor: Surveyor,
  ) {}

  /** The given stream; without one, all streams. @throws Problem if the stream does not exist, or the streams have partitions */
  async names(stream?: string): Promise<string[]> {
    this.requireOnePartition();
    const picture = await this.observatory.notOlderThan(FRESH_MS);
    if (stream === undefined) return [...picture.streams.keys()];
    await this.streams.requireStream(stream);
    return [stream];
  }

  /** @throws Problem if the stream does not exist, or the streams have partitions */
  async require(stream: string): Promise<void> {
    this.requireOnePartition();
    await this.streams.requireStream(stream);
  }

  private requireOnePartition(): void {
    const { partitionCount } = this.surveyor;
    if (partitionCount === 1) return;
    throw new Problem(
      'partitioned',
      `These streams have ${String(partitionCount)} partitions, and the console shows dead letters only of streams without partitions: ` +
        'list, replay and discard them with DeadLetters of the library',
    );
  }
}
