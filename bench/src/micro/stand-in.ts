/** A stand-in for a part that a step needs but hardly uses. A call of a missing member throws. */
export function standIn<Part>(members: Partial<Part> = {}): Part {
  return members as Part;
}
