/** A consumer of a group on one stream. */
export interface ConsumerAddress {
  streamKey: string;
  group: string;
  consumer: string;
}
