// For what is published together with the library, of the same version: `nestjs-event-streams/internal`. It is not covered by SemVer.
export { awaitedBy } from './stream/waiting.js';
export { compactJson, indentedJson } from './model/json-format.js';
export { lossesOf, type JsonLoss } from './model/json-losses.js';
export { shapeOf, type JsonShape } from './model/json-shape.js';
export { dangerousKey } from './model/dangerous-keys.js';
export { decode } from './decode/decode.js';
export { eventForHandlers, problemOf } from './decode/event-of.js';
export { LineLimit } from './log/line-limit.js';
export { MAX_REPLAYABLE_VALUES } from './stream/server-limits.js';
export { ReadPace } from './stream/read-pace.js';
export { shownPersonal } from './personal/shown.js';
export { validate } from './validate/validate.js';
export { validateSealed } from './personal/erased-in.js';
