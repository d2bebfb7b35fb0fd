/**
 * What a process of a contestant is told when it is started.
 *
 * @typedef {object} Settings
 * @property {'publish' | 'fill' | 'consume' | 'pace' | 'idle'} role
 * @property {string} contestant
 * @property {string} url of its Redis
 * @property {number} warmUp events before the clock runs
 * @property {number} events events that are measured, after the warm-up
 * @property {'one' | 'callers' | 'batches' | undefined} [how] how to publish
 * @property {number} [warmAfter] of a consumer: events after which it is warm; one of several has its share only
 * @property {boolean} [withEffects]
 * @property {number | undefined} [workers] that wait in this process
 * @property {number} [streams] that each of them reads
 * @property {boolean} [watchMemory] look at the heap now and then, after a garbage collection
 * @property {string} [profile] the file to write a CPU profile of the measured part to
 *
 * @typedef {object} Role
 * @property {import('../contestants/contestant.mjs').Contestant} contestant
 * @property {Settings} settings
 * @property {() => number} commands how many commands were sent so far
 * @property {import('./talk.mjs').Talk} talk
 */

export {};
