/** A consumer of a group on one stream, by keys. */
export interface ConsumerAddress {
  stream: string;
  group: string;
  consumer: string;
}
