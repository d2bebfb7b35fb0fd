/** In place of a part that a step needs and hardly asks: whatever is missing of it fails loudly when it is asked. */
export function standIn<Part>(asked: Partial<Part> = {}): Part {
  return asked as Part;
}
