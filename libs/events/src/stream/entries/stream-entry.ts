/** An entry of a stream; `fields` is null when it was trimmed or deleted while it was pending. */
export interface StreamEntry {
  id: string;
  /** Name, value, name, value, … */
  fields: readonly string[] | null;
  /** The fields as they are where one of them is not UTF-8: `fields` shows its bytes as `\\xff`, and nobody can decode it. */
  bytes?: readonly Buffer[] | undefined;
  /** Of an entry that is larger than was asked for: its whole size. `fields` then has only the beginnings of its fields. */
  cut?: WholeSize | undefined;
}

/** How large an entry is of which only the beginning was read. */
export interface WholeSize {
  /** How many bytes its names and values have. */
  bytes: number;
  /** How many names and values it has. */
  values: number;
}
