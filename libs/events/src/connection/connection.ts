import type { RedisCommand } from './encode-command.js';
import type { Reply } from './reply.js';

/**
 * The present connection to one server. Commands go out in the order in which they are sent, and are answered in that order. Each
 * rejects with Redis' own error, an `Error` whose name is `ReplyError`, when Redis refuses it.
 */
export interface Link {
  /** The same object as long as the connection is the same: what a server was told over another one, it may not know on this one. */
  readonly session: object;
  /** Sends a command. @returns its reply, with text as strings: bytes that are no UTF-8 are lost */
  send(command: RedisCommand): Promise<Reply>;
  /** As {@link send}, with text as the bytes that Redis has. */
  sendForBytes(command: RedisCommand): Promise<Reply<Buffer>>;
  /** Sends commands by one write. @returns their replies in order; what Redis refuses has its error in its place */
  sendTogether(commands: readonly CommandInGroup[]): Promise<Reply<string | Buffer>[]>;
}

/** One of several commands that are sent together. */
export interface CommandInGroup {
  readonly command: RedisCommand;
  /** Whether the reply is to come as bytes, not as text. @default false */
  readonly isOfBytes?: boolean;
}

/** Reads one reply, as it arrives or when it is there. */
export interface ReplyParser<T> {
  /**
   * @param chunk what has arrived of the reply, in the protocol's form
   * @returns the reply when it is complete, undefined as long as it is not
   * @throws Redis' own error for an error reply; anything else means that the bytes make no sense
   */
  push(chunk: Buffer): T | undefined;
  /** The same of a whole reply, for a connection that does not let go of its bytes. */
  fromReply(reply: Reply<Buffer>): T;
  /** Forgets a reply that did not come to its end. */
  reset(): void;
}

/**
 * The port to Redis: a connection to one server, on which every call has a deadline and settles. It opens by itself, and again when it
 * was lost. Nothing is repeated after a lost reply: a call that was sent fails with its connection, since nobody knows whether it
 * ran. A call that meets a closed connection waits for the next one.
 *
 * Whoever has several servers (a cluster) has one of these for each.
 */
export interface Connection {
  /** Host and port, fit for messages. */
  readonly address: string;
  /** Whether a call would be sent at once. */
  readonly isReady: boolean;
  /** Whether it was closed for good: no call will succeed any more. */
  readonly isClosed: boolean;
  /** Counts the connections to the server: what was written on another one is not known on this. */
  readonly generation: number;
  /**
   * Why Redis refuses to sign this process in with the one password that it has; undefined otherwise. Only a new start ends that,
   * unless the old password is made to count again.
   */
  readonly signInRefusal: string | undefined;
  /** Runs `listener` after each reconnect: replies to what was sent before may have been lost. */
  onReconnect(listener: () => void): void;

  /**
   * Runs one command.
   *
   * @returns its reply, with text as strings
   * @throws RedisTimeoutError, RedisUnavailableError when there is no answer: the command may or may not have run
   * @throws Redis' own error (`ReplyError`) when Redis refuses the command
   */
  command(...command: RedisCommand): Promise<Reply>;

  /**
   * Runs commands on one connection to the server, as one call with one deadline.
   *
   * @param timeoutMs how long it may take, waiting for a connection included. Default: as the connection was made
   * @throws as {@link command}
   */
  call<T>(run: (link: Link) => Promise<T>, timeoutMs?: number): Promise<T>;

  /**
   * Runs one command, one that may wait at the server, and reads its reply with a parser of its own. Only on a connection that is
   * used for nothing else, and one at a time.
   *
   * @throws as {@link command}
   * @internal
   */
  read<T>(command: RedisCommand, parser: ReplyParser<T>, timeoutMs: number): Promise<T>;

  /**
   * Takes note that Redis refuses, if this error means that: one that the reply to a call tells of a part of it.
   *
   * @internal
   */
  wasRefused(error: Error): void;

  /** Closes the connection for good; calls that are under way fail. @param reason what they fail with */
  close(reason?: string): void;
}
