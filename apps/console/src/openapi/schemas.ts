/* Made from src/contract by openapi/schemas.mjs; not to be edited. */

/** The contract's types, as the OpenAPI document has them. */
export const SCHEMAS = {
  ActionEntry: {
    type: 'object',
    properties: {
      id: { type: 'string', description: 'Its id in the log.' },
      atMs: { type: 'number', description: 'When it began.' },
      action: { $ref: '#/components/schemas/ActionName' },
      target: { type: 'string', description: 'Of what: a stream, or a service of the shop.' },
      ids: {
        type: 'array',
        items: { type: 'string' },
        description: 'The ids that it was about, such as those of dead letters; of thousands the first 1,000.',
      },
      count: { type: 'number', description: 'How many there were.' },
      details: {
        type: 'string',
        description:
          'What else it was asked to do, such as a rate; never the payload of an event, nor anything about a customer.',
      },
      why: { type: 'string', description: 'Why, in the words of who did it; may be empty.' },
      by: {
        type: 'string',
        description: 'Who: the user who was logged in, else whoever the caller said that it was, which may be empty.',
      },
      isVerified: { type: 'boolean', description: 'Whether `by` has logged in.' },
      role: { type: 'string', enum: ['operator', 'viewer'] },
      address: { type: 'string', description: 'Where the request came from; of IPv6 the network (/64).' },
      outcome: {
        anyOf: [{ type: 'string', enum: ['done', 'failed'] }, { type: 'null' }],
        description:
          'Null while it is being done, and where the console has ended, or lost Redis, before it could write that down.',
      },
      result: { type: 'string', description: 'In words, what was done or why it failed.' },
    },
    required: [
      'id',
      'atMs',
      'action',
      'target',
      'ids',
      'count',
      'details',
      'why',
      'by',
      'isVerified',
      'role',
      'address',
      'outcome',
      'result',
    ],
    description: 'Something that was changed.',
  },
  ActionName: {
    type: 'string',
    enum: ['discard', 'edit-and-replay', 'place-order', 'replay', 'set-gateway', 'start-simulation', 'stop-simulation'],
    description: 'What can be done. What others than a console wrote there can have any.',
  },
  ActionPage: {
    type: 'object',
    properties: {
      actions: { type: 'array', items: { $ref: '#/components/schemas/ActionEntry' } },
      next: { anyOf: [{ type: 'null' }, { type: 'string' }] },
    },
    required: ['actions', 'next'],
    description:
      '`GET /api/actions`: what was changed by this console, latest first: who did what to which things, when, why, and how it came out. An action is written down before it is done, and is not done when it cannot be. Query: `cursor` of the page before, `count` (1 to 200, default 50). Errors: 400, 503. `GET /api/actions/export?format=csv` (or `jsonl`): all of them as a file; of JSON lines each is an `ActionEntry`.',
  },
  AnswerLatency: {
    type: 'object',
    properties: {
      cause: { type: 'string', description: 'Event types: `order_placed` → `payment_processed`.' },
      answer: { type: 'string' },
      p50: { type: 'number' },
      p95: { type: 'number' },
      p99: { type: 'number' },
      count: { type: 'number', description: 'How many durations they were taken from.' },
    },
    required: ['cause', 'answer', 'p50', 'p95', 'p99', 'count'],
    description: 'How long answers take.',
  },
  ApiProblem: {
    type: 'object',
    properties: {
      statusCode: { type: 'number' },
      code: {
        type: 'string',
        enum: [
          'bad-token',
          'busy',
          'cross-site',
          'failed',
          'forbidden',
          'gone',
          'invalid',
          'locked',
          'not-found',
          'not-operator',
          'parked',
          'partitioned',
          'read-only',
          'redis-away',
          'service-away',
          'too-large',
          'too-much',
          'unauthorized',
          'wrong-host',
        ],
        description: 'What kind, for programs.',
      },
      message: { type: 'string', description: 'One sentence for people: what was expected, what came, what to do.' },
      details: {
        type: 'array',
        items: { type: 'string' },
        description: 'More of the kind, such as one line for each wrong field.',
      },
    },
    required: ['statusCode', 'code', 'message'],
    description: 'The body of every answer that is none of success.',
  },
  AuditView: {
    type: 'object',
    properties: {
      atMs: { type: 'number' },
      tookMs: { type: 'number' },
      kept: { type: 'boolean' },
      quiet: {
        type: 'boolean',
        description: 'Whether all groups were done; if not, a law can look broken that is not: say so.',
      },
      laws: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            law: { type: 'number' },
            title: { type: 'string' },
            checked: { type: 'number' },
            kept: { type: 'boolean' },
            problems: { type: 'array', items: { type: 'string' } },
            moreProblems: { type: 'number' },
          },
          required: ['law', 'title', 'checked', 'kept', 'problems', 'moreProblems'],
        },
      },
      open: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            stream: { type: 'string' },
            group: { type: 'string' },
            pending: { type: 'number' },
            lag: { anyOf: [{ type: 'null' }, { type: 'number' }] },
          },
          required: ['stream', 'group', 'pending', 'lag'],
        },
        description: 'What the groups had still to do.',
      },
    },
    required: ['atMs', 'tookMs', 'kept', 'quiet', 'laws', 'open'],
    description:
      '`POST /api/shop/audit`: checks the laws (needs the token, since it costs: it reads the streams whole; allowed when read-only). One at a time; whoever asks meanwhile gets the same answer, and one younger than 10 seconds is given again. Refused with 409 when the streams hold more than 200,000 entries: use `npm run audit`.',
  },
  Beat: {
    type: 'object',
    properties: { everyMs: { type: 'number', description: 'How often it says so, in milliseconds.' } },
    required: ['everyMs'],
    description: 'The connection lives.',
  },
  Catalogue: {
    type: 'object',
    properties: {
      products: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            sku: { type: 'string' },
            name: { type: 'string' },
            unitPrice: { type: 'object', additionalProperties: { type: 'number' } },
          },
          required: ['sku', 'name', 'unitPrice'],
        },
      },
      currencies: { type: 'array', items: { type: 'string' } },
    },
    required: ['products', 'currencies'],
    description:
      '`GET /api/shop/catalogue`: what can be ordered, for the form: 60 products, asked for once. Errors: 404.',
  },
  ConsumerDetail: {
    type: 'object',
    properties: {
      name: { type: 'string' },
      state: { $ref: '#/components/schemas/ConsumerState' },
      pending: { type: 'number' },
      idleMs: { type: 'number', description: 'Since it last asked for anything on this stream.' },
      lastSeenMs: { type: 'number' },
      source: {
        anyOf: [{ type: 'null' }, { type: 'string' }],
        description: "The worker's `source`; null where its connection does not tell.",
      },
    },
    required: ['name', 'state', 'pending', 'idleMs', 'lastSeenMs', 'source'],
  },
  ConsumerNode: {
    type: 'object',
    properties: {
      kind: { type: 'string', enum: ['consumer'] },
      group: { type: 'string' },
      state: { $ref: '#/components/schemas/ConsumerState' },
      pending: { type: 'number' },
      idleMs: { type: 'number', description: 'Since it was last seen on any of its streams.' },
      id: {
        type: 'string',
        description: '`stream:orders`, `group:payment_service`, … : unique, the same at each look.',
      },
      name: { type: 'string' },
      health: { $ref: '#/components/schemas/Health' },
    },
    required: ['kind', 'group', 'state', 'pending', 'idleMs', 'id', 'name', 'health'],
    description: 'A worker of a group, over all the streams that it reads.',
  },
  ConsumerState: {
    type: 'string',
    enum: ['gone', 'reading', 'stalled', 'unknown', 'waiting'],
    description:
      "How a worker is: `reading`: its connection is open and asks; `stalled`: the connection is open, but nothing was heard of it for long; `gone`: its connection is closed (what it held is taken over by the others); `unknown`: it is none of the library's workers, or this Redis user may not see connections, so that only `idleMs` tells; `waiting`: it is no worker, but holds events that wait for a worker that handles what its name says.",
  },
  DeadLetterActionRequest: {
    type: 'object',
    properties: {
      action: { type: 'string', enum: ['discard', 'replay'] },
      selection: { $ref: '#/components/schemas/DeadLetterSelection', description: 'At most 1,000 ids.' },
      data: {
        type: 'object',
        additionalProperties: {},
        description: "Of `replay`, for a single one: another payload instead of the original's.",
      },
      json: {
        type: 'string',
        description: 'The same as JSON, instead of `data`: what of it is as it was stays so, digit by digit.',
      },
      by: {
        type: 'string',
        description:
          'For the history. At most 500 characters each. Where users log in, their names count, and not `by`.',
      },
      why: { type: 'string' },
    },
    required: ['action', 'selection'],
    description:
      "`POST /api/dead-letters/preview`: says what an action will do, and does nothing. (A POST for its body's sake; it needs the token, but is allowed when the console is read-only.)",
  },
  DeadLetterActionResult: {
    type: 'object',
    properties: {
      done: {
        type: 'number',
        description:
          'Replayed: given to their groups again, which says nothing of what becomes of them; see `became` of the history.',
      },
      left: { type: 'number' },
      beyond: { type: 'number', description: 'As in the preview.' },
      replayId: {
        anyOf: [{ type: 'null' }, { type: 'string' }],
        description: "Of a single replay: the id of the entry in the group's replays.",
      },
    },
    required: ['done', 'left', 'beyond', 'replayId'],
    description:
      '`POST /api/dead-letters/act`: does it. Body: `DeadLetterActionRequest`. Errors: 400 (also a payload that cannot be carried), 403 (read-only), 404, 409 `gone` or `parked` (only for a single one; of several, those are counted as `left`), 503 (some may have been done: look again).',
  },
  DeadLetterCause: {
    type: 'object',
    properties: {
      id: { type: 'string', description: 'Opaque, the same for the same cause: for paths, lists and links.' },
      stream: { type: 'string' },
      group: { type: 'string' },
      handler: { type: 'string', description: '`-` for entries that reached no handler.' },
      reason: { $ref: '#/components/schemas/DeadLetterReasonName' },
      errorName: { type: 'string' },
      errorPattern: {
        type: 'string',
        description:
          'Ids, numbers, indices and quoted texts of the messages replaced by `…`, and each problem that they list once.',
      },
      count: { type: 'number' },
      eventTypes: { type: 'array', items: { type: 'string' }, description: 'The first 20 by name.' },
      firstMs: { type: 'number', description: 'When the first and the last of them failed for the last time.' },
      lastMs: { type: 'number' },
      sample: {
        type: 'object',
        properties: { id: { type: 'string' }, entryId: { type: 'string' } },
        required: ['id', 'entryId'],
        description: 'The newest of them, to ask for it, and for `upTo` of a selection.',
      },
    },
    required: [
      'id',
      'stream',
      'group',
      'handler',
      'reason',
      'errorName',
      'errorPattern',
      'count',
      'eventTypes',
      'firstMs',
      'lastMs',
      'sample',
    ],
    description: 'Dead letters that have failed in the same way.',
  },
  DeadLetterGroups: {
    type: 'object',
    properties: {
      total: { type: 'number', description: 'How many there are.' },
      lookedAt: {
        type: 'number',
        description: 'How many of them `causes` and `entries` tell of: the newest of each stream.',
      },
      entries: {
        type: 'number',
        description:
          'How many entries they are of: each handler that gives an event up writes a dead letter of its own.',
      },
      causes: { type: 'array', items: { $ref: '#/components/schemas/DeadLetterCause' } },
      isComplete: { type: 'boolean', description: 'Whether all of them were looked at.' },
      isReading: { type: 'boolean', description: 'Not all were looked at yet, and the next request looks further.' },
    },
    required: ['total', 'lookedAt', 'entries', 'causes', 'isComplete', 'isReading'],
    description:
      '`GET /api/dead-letters`: the dead letters of all streams, grouped by cause. The console keeps account of the newest 100,000 of each stream, or of as many as have about 1,000 causes, and reads each of them once; one request reads for half a second, newest first. Ask again while `isReading`. Query: `stream`, to look at one stream only. Errors: 404, 503.',
  },
  DeadLetterHistory: {
    type: 'object',
    properties: {
      actions: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            stream: { type: 'string' },
            id: { type: 'string' },
            action: { type: 'string', enum: ['discarded', 'replayed'] },
            deadLetter: { type: 'string' },
            entryId: { type: 'string' },
            group: { type: 'string' },
            handler: { type: 'string' },
            edited: { type: 'boolean' },
            by: { type: 'string' },
            why: { type: 'string' },
            isVerified: {
              type: 'boolean',
              description: 'Whether `by` had logged in; else it is what the caller said.',
            },
            atMs: { type: 'number' },
            became: {
              anyOf: [{ type: 'string', enum: ['dead-letter', 'replaying', 'settled', 'unknown'] }, { type: 'null' }],
              description:
                'What became of one that was replayed: `replaying` as long as it is not settled, `dead-letter` when it is one again, `settled` when neither, `unknown` where there are more dead letters than were looked at. Null of a discarded one.',
            },
          },
          required: [
            'stream',
            'id',
            'action',
            'deadLetter',
            'entryId',
            'group',
            'handler',
            'edited',
            'by',
            'why',
            'isVerified',
            'atMs',
            'became',
          ],
        },
      },
    },
    required: ['actions'],
    description:
      '`GET /api/dead-letters/history?stream=…&count=…`: what was replayed and discarded, latest first. Errors: 404, 503.',
  },
  DeadLetterPage: {
    type: 'object',
    properties: {
      cause: { $ref: '#/components/schemas/DeadLetterCause' },
      letters: { type: 'array', items: { $ref: '#/components/schemas/DeadLetterView' } },
      next: { anyOf: [{ type: 'null' }, { type: 'string' }] },
    },
    required: ['cause', 'letters', 'next'],
    description:
      '`GET /api/dead-letters/causes/:causeId`: its dead letters, newest first. Query: `cursor` of the page before, `count` (1 to 200, default 50; very large ones make a page shorter). Errors: 400, 404, 503.',
  },
  DeadLetterPreview: {
    type: 'object',
    properties: {
      action: { type: 'string', enum: ['discard', 'replay'] },
      count: { type: 'number', description: 'How many dead letters it is about.' },
      gone: { type: 'number', description: 'How many of the selection are gone by now.' },
      left: {
        type: 'number',
        description:
          'How many will be left as they are: they are parked behind another one of their key, or too wide to be replayed.',
      },
      beyond: {
        type: 'number',
        description:
          'How many more there are of the selection than one request does (10,000, the oldest events first): repeat it for them.',
      },
      effects: {
        type: 'array',
        items: { type: 'string' },
        description: 'One sentence for each thing that will happen, or that one should know, for people.',
      },
      receivers: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            group: { type: 'string' },
            handler: { type: 'string' },
            count: { type: 'number' },
            consumersReading: { anyOf: [{ type: 'null' }, { type: 'number' }] },
          },
          required: ['group', 'handler', 'count', 'consumersReading'],
        },
        description: 'By group and handler: who will get them again.',
      },
      edited: {
        anyOf: [
          { type: 'null' },
          {
            type: 'object',
            properties: {
              before: { anyOf: [{ type: 'null' }, { type: 'object', additionalProperties: {} }] },
              after: { type: 'object', additionalProperties: {} },
              beforeText: { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/PayloadText' }] },
              afterText: { $ref: '#/components/schemas/PayloadText' },
            },
            required: ['before', 'after', 'beforeText', 'afterText'],
          },
        ],
        description:
          'The payload before and after, where there is another one: as JavaScript reads it, and as it is written.',
      },
    },
    required: ['action', 'count', 'gone', 'left', 'beyond', 'effects', 'receivers', 'edited'],
  },
  DeadLetterReasonName: {
    type: 'string',
    enum: ['crashed', 'exhausted', 'invalid', 'parked', 'undecodable', 'unknown', 'unrecoverable'],
    description: "Why: see the library's README. What others than the library wrote there can have any.",
  },
  DeadLetterSelection: {
    anyOf: [
      {
        type: 'object',
        properties: { stream: { type: 'string' }, ids: { type: 'array', items: { type: 'string' } } },
        required: ['stream', 'ids'],
      },
      { type: 'object', properties: { causeId: { type: 'string' }, upTo: { type: 'string' } }, required: ['causeId'] },
    ],
    description: 'Which dead letters: some of one stream, or all of a cause.',
  },
  DeadLetterView: {
    type: 'object',
    properties: {
      stream: { type: 'string' },
      id: { type: 'string', description: 'Its id among the dead letters of the stream.' },
      entryId: { type: 'string' },
      group: { type: 'string' },
      handler: { type: 'string' },
      reason: { $ref: '#/components/schemas/DeadLetterReasonName' },
      attempts: { type: 'number' },
      errorName: { type: 'string' },
      errorMessage: { type: 'string' },
      errorStack: { type: 'string' },
      firstFailedMs: { type: 'number' },
      lastFailedMs: { type: 'number' },
      replays: { type: 'number', description: 'How often it was replayed before.' },
      key: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      event: {
        anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/EventView' }],
        description: 'Null when it cannot be decoded (it can be replayed as it is, but not edited), and when `isCut`.',
      },
      isCut: {
        type: 'boolean',
        description:
          'It is too much to be shown whole, as with entries; on a page of them, one of more than 64 kB is. It can be discarded, and replayed unless it has too many fields for that.',
      },
      fieldCount: {
        type: 'number',
        description: 'How many fields the entry has; on a page, of a cut one that has thousands, at least so many.',
      },
      size: { type: 'number', description: 'Bytes of the whole dead letter, about.' },
      type: {
        anyOf: [{ type: 'null' }, { type: 'string' }],
        description: "The event's type; null when it cannot be decoded.",
      },
      payload: {
        anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/PayloadText' }],
        description: 'Null when it cannot be decoded, and when `isCut`.',
      },
      fields: {
        type: 'array',
        items: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'string' }], minItems: 2, maxItems: 2 },
        description: 'Bytes that are not UTF-8 as `\\\\xff`.',
      },
    },
    required: [
      'stream',
      'id',
      'entryId',
      'group',
      'handler',
      'reason',
      'attempts',
      'errorName',
      'errorMessage',
      'errorStack',
      'firstFailedMs',
      'lastFailedMs',
      'replays',
      'key',
      'event',
      'isCut',
      'fieldCount',
      'size',
      'type',
      'payload',
      'fields',
    ],
    description:
      '`GET /api/dead-letters/:stream/:id`: one of them. Errors: 404 (replayed or discarded meanwhile), 503.',
  },
  DeadLettersNode: {
    type: 'object',
    properties: {
      kind: { type: 'string', enum: ['dead-letters'] },
      stream: { type: 'string' },
      count: { type: 'number' },
      id: {
        type: 'string',
        description: '`stream:orders`, `group:payment_service`, … : unique, the same at each look.',
      },
      name: { type: 'string' },
      health: { $ref: '#/components/schemas/Health' },
    },
    required: ['kind', 'stream', 'count', 'id', 'name', 'health'],
    description: 'The dead letters of one stream; there only when there are some, or some are on their way back.',
  },
  DeliveryView: {
    type: 'object',
    properties: {
      group: { type: 'string' },
      state: {
        type: 'string',
        enum: ['dead-lettered', 'pending', 'replaying', 'settled', 'unknown', 'waiting'],
        description:
          '`waiting`: not delivered yet. `pending`: delivered, not settled. `dead-lettered`: given up, and its dead letter is still there. `replaying`: replayed, and not settled since. `settled`: nothing is left to do (handled, passed over or discarded; Redis does not record which, nor when). `unknown`: it cannot be told, as there are more dead letters than the console has looked at, or the streams have partitions.',
      },
      consumer: { anyOf: [{ type: 'null' }, { type: 'string' }], description: 'Of `pending`: who holds it.' },
      idleMs: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description: 'Of `pending`: since it was delivered or its claim renewed.',
      },
      deliveries: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description: 'Of `pending`: how often it was delivered.',
      },
      attempts: {
        type: 'array',
        items: { $ref: '#/components/schemas/HandlerAttempts' },
        description: 'Failed attempts, by handler; empty when none failed or it is not known any more (settled).',
      },
      deadLetterId: {
        anyOf: [{ type: 'null' }, { type: 'string' }],
        description: 'Of `dead-lettered`: to find it (of several handlers, the newest).',
      },
      givenUpMs: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description: 'Of `dead-lettered`: when the last attempt failed, and so how far a bar goes.',
      },
    },
    required: ['group', 'state', 'consumer', 'idleMs', 'deliveries', 'attempts', 'deadLetterId', 'givenUpMs'],
    description: 'What became of an entry with one group.',
  },
  EntriesPage: {
    type: 'object',
    properties: {
      entries: { type: 'array', items: { $ref: '#/components/schemas/EntrySummary' } },
      next: {
        anyOf: [{ type: 'null' }, { type: 'string' }],
        description: 'For older ones; null at the beginning of the stream, or of the time range.',
      },
      scan: { $ref: '#/components/schemas/Scan' },
    },
    required: ['entries', 'next', 'scan'],
  },
  EntriesQuery: {
    type: 'object',
    properties: {
      key: { type: 'string', description: 'Partition key, whole.' },
      type: { type: 'string', description: 'Event type, whole.' },
      id: { type: 'string', description: 'Entry id (`1795452268988-0`, answered at once) or event id.' },
      correlation: { type: 'string', description: 'Correlation id, whole.' },
      source: { type: 'string', description: '`source`, whole.' },
      text: {
        type: 'string',
        description:
          "Text anywhere in the payload's JSON; upper and lower case are the same. Of an entry larger than 8 MiB the beginnings of its values are looked through.",
      },
      from: { type: 'number', description: 'Milliseconds since 1970, both included.' },
      to: { type: 'number' },
      count: { type: 'number', description: '1 to 200; default 50.' },
      cursor: { type: 'string', description: 'What the page before gave as `next`.' },
    },
    required: [],
    description:
      '`GET /api/streams/:stream/entries`: entries newest first. It looks through the stream backwards, within the time range, and stops when `count` are found, when the stream or the range ends, or after a second: very large entries make a page shorter, and a search goes on by `next`. That is meant to be done without being asked, until something is found. `scan` says how far it came; how much there is in all is `length` of the stream, or the time from its `first` entry on. Errors: 400, 404 (no such stream), 503.',
  },
  EntryDetail: {
    type: 'object',
    properties: {
      event: {
        anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/EventView' }],
        description: 'The envelope as it was decoded; null when it is no event, and when `isCut`.',
      },
      isCut: {
        type: 'boolean',
        description:
          'It is too much to be shown whole: it has more than 2 million characters or 500 fields, or its payload more than 1,000 levels or 200,000 values. `fields` has the beginnings of the first values alone; `size` and `fieldCount` say what it is.',
      },
      fieldCount: {
        type: 'number',
        description: 'How many fields it has: where `isCut`, `fields` has the first 500 at most.',
      },
      payload: {
        anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/PayloadText' }],
        description: 'Null when it is no event, and when `isCut`.',
      },
      problem: { anyOf: [{ type: 'null' }, { type: 'string' }], description: 'Why it is no event.' },
      fields: {
        type: 'array',
        items: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'string' }], minItems: 2, maxItems: 2 },
        description:
          "The entry's fields as they are, in their order, bytes that are not UTF-8 as `\\\\xff`; where `isCut`, at most 65,536 characters of each.",
      },
      deliveries: { type: 'array', items: { $ref: '#/components/schemas/DeliveryView' } },
      stream: { type: 'string' },
      id: { type: 'string' },
      atMs: { type: 'number', description: 'When it was appended.' },
      isEvent: {
        type: 'boolean',
        description:
          'False: it is no event (a field is missing, or `data` is no JSON object); then all but `preview` is null.',
      },
      eventId: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      type: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      version: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      source: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      key: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      correlationId: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      causationId: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      preview: {
        type: 'string',
        description:
          "The payload's JSON, or the entry's fields, at most 200 characters: one that ends with `…` is shortened.",
      },
      size: { type: 'number', description: 'Bytes of the whole entry, about.' },
    },
    required: [
      'event',
      'isCut',
      'fieldCount',
      'payload',
      'problem',
      'fields',
      'deliveries',
      'stream',
      'id',
      'atMs',
      'isEvent',
      'eventId',
      'type',
      'version',
      'source',
      'key',
      'correlationId',
      'causationId',
      'preview',
      'size',
    ],
    description:
      '`GET /api/streams/:stream/entries/:id`: one entry whole, and what became of it. Errors: 400, 404, 503.',
  },
  EntrySummary: {
    type: 'object',
    properties: {
      stream: { type: 'string' },
      id: { type: 'string' },
      atMs: { type: 'number', description: 'When it was appended.' },
      isEvent: {
        type: 'boolean',
        description:
          'False: it is no event (a field is missing, or `data` is no JSON object); then all but `preview` is null.',
      },
      eventId: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      type: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      version: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      source: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      key: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      correlationId: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      causationId: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      preview: {
        type: 'string',
        description:
          "The payload's JSON, or the entry's fields, at most 200 characters: one that ends with `…` is shortened.",
      },
      size: { type: 'number', description: 'Bytes of the whole entry, about.' },
    },
    required: [
      'stream',
      'id',
      'atMs',
      'isEvent',
      'eventId',
      'type',
      'version',
      'source',
      'key',
      'correlationId',
      'causationId',
      'preview',
      'size',
    ],
    description:
      'An entry for lists. Ids and names longer than 1,024 characters are cut, and end with `…` then; `GET …/entries/:id` has it whole. Of an entry larger than 32 kB only the beginning is read, so that a payload that is no JSON further on counts as one.',
  },
  EventHead: {
    type: 'object',
    properties: {
      event_id: { type: 'string' },
      event_type: { type: 'string' },
      timestamp: { type: 'string' },
      version: { type: 'string' },
      source: { type: 'string' },
      correlation_id: { type: 'string' },
      causation_id: { type: 'string' },
      partition_key: { type: 'string' },
      traceparent: { type: 'string' },
      tracestate: { type: 'string' },
      extra: { type: 'object', additionalProperties: { type: 'string' } },
    },
    required: ['event_id', 'event_type', 'timestamp', 'version', 'source'],
    description: 'The envelope without its payload, with the names that it has in the entry.',
  },
  EventView: {
    type: 'object',
    properties: {
      data: {
        type: 'object',
        additionalProperties: {},
        description: 'As JavaScript reads it; `payload` of the entry or dead letter has it as it is written.',
      },
      event_id: { type: 'string' },
      event_type: { type: 'string' },
      timestamp: { type: 'string' },
      version: { type: 'string' },
      source: { type: 'string' },
      correlation_id: { type: 'string' },
      causation_id: { type: 'string' },
      partition_key: { type: 'string' },
      traceparent: { type: 'string' },
      tracestate: { type: 'string' },
      extra: { type: 'object', additionalProperties: { type: 'string' } },
    },
    required: ['data', 'event_id', 'event_type', 'timestamp', 'version', 'source'],
    description: 'The envelope.',
  },
  Finding: {
    type: 'object',
    properties: {
      id: { type: 'string', description: 'The same while it is the same thing: a key for lists.' },
      severity: { type: 'string', enum: ['critical', 'info', 'warning'] },
      title: { type: 'string', description: '`A consumer of ecommerce_processors is gone`' },
      detail: { type: 'string', description: 'What is known of it, in a sentence or two.' },
      advice: { type: 'string', description: 'What to do.' },
      sinceMs: { type: 'number', description: 'Since when it is seen.' },
      stream: {
        anyOf: [{ type: 'null' }, { type: 'string' }],
        description: 'What it is about; each is null when it is about something else.',
      },
      group: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      consumer: { anyOf: [{ type: 'null' }, { type: 'string' }] },
    },
    required: ['id', 'severity', 'title', 'detail', 'advice', 'sinceMs', 'stream', 'group', 'consumer'],
    description: 'Something that is wrong, in words.',
  },
  GatewayRequest: {
    type: 'object',
    properties: { failureShare: { type: 'number', description: '0 to 1.' } },
    required: ['failureShare'],
    description:
      '`POST /api/shop/gateway`: answers `GatewayView`, as an operator like `SimulationRequest`. Errors: 400, 403, 404, 502.',
  },
  GatewayView: {
    type: 'object',
    properties: {
      failureShare: { type: 'number', description: 'Share of gateway calls that fail and are tried again, 0 to 1.' },
    },
    required: ['failureShare'],
    description: "How the payment service's gateway fares.",
  },
  GroupNode: {
    type: 'object',
    properties: {
      kind: { type: 'string', enum: ['group'] },
      perSecond: { anyOf: [{ type: 'null' }, { type: 'number' }], description: 'Settled per second, all streams.' },
      lag: { anyOf: [{ type: 'null' }, { type: 'number' }] },
      lagMs: { type: 'number' },
      pending: { type: 'number' },
      id: {
        type: 'string',
        description: '`stream:orders`, `group:payment_service`, … : unique, the same at each look.',
      },
      name: { type: 'string' },
      health: { $ref: '#/components/schemas/Health' },
    },
    required: ['kind', 'perSecond', 'lag', 'lagMs', 'pending', 'id', 'name', 'health'],
    description: "A consumer group's name, over all the streams that it reads.",
  },
  GroupSummary: {
    type: 'object',
    properties: {
      name: { type: 'string' },
      consumers: { type: 'number' },
      pending: { type: 'number' },
      lastDeliveredId: { type: 'string' },
      lag: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description: 'Null when Redis does not know, which is not 0.',
      },
      lagMs: { type: 'number' },
      perSecond: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description: 'Settled per second; null at the first look.',
      },
      oldestPendingMs: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description:
          "The oldest pending entry's age; null when there is none or it was not asked for (only `GET …/:stream` asks).",
      },
    },
    required: ['name', 'consumers', 'pending', 'lastDeliveredId', 'lag', 'lagMs', 'perSecond', 'oldestPendingMs'],
    description: "A group's position on one stream.",
  },
  HandlerAttempts: {
    type: 'object',
    properties: {
      handler: { type: 'string' },
      isDone: { type: 'boolean', description: 'This handler has succeeded, others of the same event have not.' },
      failures: { type: 'number' },
      firstFailureMs: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description: 'When the first one failed; null when none did.',
      },
      crashes: { type: 'number', description: 'Workers that ended in the middle of it.' },
    },
    required: ['handler', 'isDone', 'failures', 'firstFailureMs', 'crashes'],
  },
  Health: {
    type: 'string',
    enum: ['critical', 'good', 'unknown', 'warning'],
    description: 'How well something is: `unknown` where nothing tells.',
  },
  Journey: {
    type: 'object',
    properties: {
      correlationId: { type: 'string' },
      events: {
        type: 'array',
        items: { $ref: '#/components/schemas/JourneyEvent' },
        description: 'In the order of their publishing.',
      },
      elapsedMs: { type: 'number', description: 'From the first event to the last one; 0 for a single one.' },
      state: {
        type: 'string',
        enum: ['empty', 'failed', 'open', 'settled'],
        description:
          'What is left to do, over all events; `failed` when there is a dead letter, `open` when a group is not done.',
      },
      isComplete: { type: 'boolean' },
      cursor: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      scans: {
        type: 'object',
        additionalProperties: { $ref: '#/components/schemas/Scan' },
        description: 'How far each stream was looked through.',
      },
      caveats: {
        type: 'array',
        items: { type: 'string' },
        description: 'What the picture cannot know, in sentences for people.',
      },
    },
    required: ['correlationId', 'events', 'elapsedMs', 'state', 'isComplete', 'cursor', 'scans', 'caveats'],
    description:
      '`GET /api/journeys/:correlationId`: all events of a correlation id, as a timeline. Streams have no index by it; one answer has about 500 events at most. What the console has seen lately is known at once; beyond that it looks around the events that it knows, and else backwards from `cursor` or the end, for a second. `isComplete` false: more may be found by asking again with `cursor`, which is meant to be done without being asked as long as `events` is empty. Query: `near`, a moment in milliseconds or an entry id around which to look first (give it when the user comes from an entry); `cursor`, of the answer before (join the events by `stream` and `id`). Errors: 400, 503. Nothing found is no error: `events` is empty.',
  },
  JourneyEvent: {
    type: 'object',
    properties: {
      entry: { $ref: '#/components/schemas/EntrySummary' },
      event: {
        $ref: '#/components/schemas/EventHead',
        description: 'Without its payload: `GET /api/streams/:stream/entries/:id` has it.',
      },
      afterMs: {
        type: 'number',
        description: 'Since the first event of the journey, by entry ids: when it was published. Exact.',
      },
      cause: {
        anyOf: [
          { type: 'null' },
          {
            type: 'object',
            properties: { stream: { type: 'string' }, id: { type: 'string' } },
            required: ['stream', 'id'],
          },
        ],
        description:
          'The event that this one answers, if it is of this journey and was found: `stream` and `id` of its entry. A forest with these as its edges.',
      },
      sinceCauseMs: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description:
          "From its cause's publishing to its own: waiting and handling together. Exact. Null without a cause.",
      },
      depth: { type: 'number', description: 'How deep it stands in the tree of causes, from 0.' },
      handledBy: { type: 'array', items: { $ref: '#/components/schemas/JourneyHandling' } },
    },
    required: ['entry', 'event', 'afterMs', 'cause', 'sinceCauseMs', 'depth', 'handledBy'],
  },
  JourneyHandling: {
    type: 'object',
    properties: {
      source: {
        anyOf: [{ type: 'null' }, { type: 'string' }],
        description: "The source under which the group's workers publish; null where that is not known.",
      },
      answers: {
        type: 'array',
        items: {
          type: 'object',
          properties: { stream: { type: 'string' }, id: { type: 'string' }, type: { type: 'string' } },
          required: ['stream', 'id', 'type'],
        },
        description: 'What the group published as an answer, in the order of publishing.',
      },
      answeredAfterMs: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description: "From the event's publishing to the group's (last) answer; null where it gave none.",
      },
      known: {
        type: 'string',
        enum: ['answer', 'none', 'pending'],
        description:
          'What is known of the times. `answer`: `answeredAfterMs` is exact, though waiting and handling are not told apart. `pending`: it has waited, or been in work, `openMs` by now. `none`: settled, and Redis records no time of that.',
      },
      openMs: { anyOf: [{ type: 'null' }, { type: 'number' }] },
      group: { type: 'string' },
      state: {
        type: 'string',
        enum: ['dead-lettered', 'pending', 'replaying', 'settled', 'unknown', 'waiting'],
        description:
          '`waiting`: not delivered yet. `pending`: delivered, not settled. `dead-lettered`: given up, and its dead letter is still there. `replaying`: replayed, and not settled since. `settled`: nothing is left to do (handled, passed over or discarded; Redis does not record which, nor when). `unknown`: it cannot be told, as there are more dead letters than the console has looked at, or the streams have partitions.',
      },
      consumer: { anyOf: [{ type: 'null' }, { type: 'string' }], description: 'Of `pending`: who holds it.' },
      idleMs: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description: 'Of `pending`: since it was delivered or its claim renewed.',
      },
      deliveries: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description: 'Of `pending`: how often it was delivered.',
      },
      attempts: {
        type: 'array',
        items: { $ref: '#/components/schemas/HandlerAttempts' },
        description: 'Failed attempts, by handler; empty when none failed or it is not known any more (settled).',
      },
      deadLetterId: {
        anyOf: [{ type: 'null' }, { type: 'string' }],
        description: 'Of `dead-lettered`: to find it (of several handlers, the newest).',
      },
      givenUpMs: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description: 'Of `dead-lettered`: when the last attempt failed, and so how far a bar goes.',
      },
    },
    required: [
      'source',
      'answers',
      'answeredAfterMs',
      'known',
      'openMs',
      'group',
      'state',
      'consumer',
      'idleMs',
      'deliveries',
      'attempts',
      'deadLetterId',
      'givenUpMs',
    ],
    description: 'What one group did with an event.',
  },
  LeftOut: {
    type: 'object',
    properties: { messages: { type: 'number' } },
    required: ['messages'],
    description: 'Messages that this client did not get.',
  },
  OrderRequest: {
    type: 'object',
    properties: {
      customer: {
        type: 'object',
        properties: { name: { type: 'string' }, email: { type: 'string' } },
        required: ['name', 'email'],
      },
      items: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            sku: { type: 'string' },
            name: { type: 'string' },
            quantity: { type: 'number' },
            unit_price: { type: 'number' },
          },
          required: ['sku', 'name', 'quantity', 'unit_price'],
        },
      },
      currency: { type: 'string' },
      shipping_address: {
        type: 'object',
        properties: {
          street: { type: 'string' },
          city: { type: 'string' },
          postal_code: { type: 'string' },
          country: { type: 'string' },
        },
        required: ['street', 'city', 'postal_code', 'country'],
      },
      idempotencyKey: { type: 'string', description: 'A UUID of the form: the same order sent twice is one.' },
    },
    required: ['customer', 'items', 'currency', 'shipping_address', 'idempotencyKey'],
    description:
      "`POST /api/shop/orders`: places an order at the order service. Answers 201 `PlacedOrderView`. Errors: 400 (`details` has the order service's own words), 403, 404, 502, 503 (Redis is away: repeat it with the same `idempotencyKey`).",
  },
  Overview: {
    type: 'object',
    properties: {
      atMs: { type: 'number' },
      redis: { $ref: '#/components/schemas/RedisState' },
      health: { $ref: '#/components/schemas/Health', description: 'The worst of the findings.' },
      findings: {
        type: 'array',
        items: { $ref: '#/components/schemas/Finding' },
        description: 'What is wrong, worst first. Empty: all is well.',
      },
      totals: { $ref: '#/components/schemas/Totals' },
      topology: { $ref: '#/components/schemas/Topology' },
      point: { $ref: '#/components/schemas/SeriesPoint', description: 'The newest of the series.' },
      answers: {
        type: 'array',
        items: { $ref: '#/components/schemas/AnswerLatency' },
        description:
          'How long it takes from one event to the event that answers it, by types; of the last half minute, sampled.',
      },
    },
    required: ['atMs', 'redis', 'health', 'findings', 'totals', 'topology', 'point', 'answers'],
    description:
      '`GET /api/overview`: everything at one moment. The live feed sends the same each second, so that this is only for programs and for pages without the feed. Rates are null at the first look. Errors: 503 Redis is away.',
  },
  PayloadText: {
    type: 'object',
    properties: {
      json: {
        type: 'string',
        description: 'JSON, a value on each line; numbers and strings as they are in the entry.',
      },
      losses: {
        type: 'array',
        items: { type: 'string' },
        description:
          'What does not survive parsing, such as `account: 73314510714175488123 is read as 73314510714175490000`.',
      },
    },
    required: ['json', 'losses'],
    description: "A payload as it is written in the entry: JavaScript's numbers do not hold all that JSON's can say.",
  },
  Percentiles: {
    type: 'object',
    properties: {
      p50: { type: 'number' },
      p95: { type: 'number' },
      p99: { type: 'number' },
      count: { type: 'number', description: 'How many durations they were taken from.' },
    },
    required: ['p50', 'p95', 'p99', 'count'],
    description: 'Percentiles of durations, in milliseconds.',
  },
  PlacedOrderView: {
    type: 'object',
    properties: {
      orderId: { type: 'string', description: 'The correlation id of its journey.' },
      entryId: { type: 'string' },
    },
    required: ['orderId', 'entryId'],
  },
  ProducerNode: {
    type: 'object',
    properties: {
      kind: { type: 'string', enum: ['producer'] },
      perSecond: { anyOf: [{ type: 'null' }, { type: 'number' }], description: 'Estimated from samples.' },
      groupId: {
        anyOf: [{ type: 'null' }, { type: 'string' }],
        description:
          'The group whose workers publish under this name (`group:…`), where that is known: draw them as one.',
      },
      id: {
        type: 'string',
        description: '`stream:orders`, `group:payment_service`, … : unique, the same at each look.',
      },
      name: { type: 'string' },
      health: { $ref: '#/components/schemas/Health' },
    },
    required: ['kind', 'perSecond', 'groupId', 'id', 'name', 'health'],
    description: 'A `source` of entries, seen in sampled entries of the last minutes.',
  },
  RedisState: {
    type: 'object',
    properties: {
      isUp: { type: 'boolean' },
      sinceMs: { type: 'number', description: "Since when it is so, by the clock of the console's server." },
      reason: {
        anyOf: [{ type: 'null' }, { type: 'string' }],
        description: 'Why it is away, for people; null when it is not.',
      },
    },
    required: ['isUp', 'sinceMs', 'reason'],
    description: 'Whether Redis answers.',
  },
  Renew: {
    type: 'object',
    properties: { withinMs: { type: 'number', description: 'By when another one has to be open, in milliseconds.' } },
    required: ['withinMs'],
    description: 'This feed ends soon.',
  },
  Scan: {
    type: 'object',
    properties: {
      scanned: { type: 'number', description: 'Entries that were looked at in this request.' },
      reachedMs: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description:
          'The oldest moment that was looked at; everything newer (and in the range) was seen. Null: nothing was there.',
      },
      complete: {
        type: 'boolean',
        description: 'Whether the end of the stream, or of the range, was reached: nothing is left to find.',
      },
    },
    required: ['scanned', 'reachedMs', 'complete'],
    description: 'How far a search came.',
  },
  Series: {
    type: 'object',
    properties: {
      everyMs: { type: 'number' },
      points: { type: 'array', items: { $ref: '#/components/schemas/SeriesPoint' } },
    },
    required: ['everyMs', 'points'],
    description:
      '`GET /api/series`: what was seen while the console was open, oldest first, at most the last 15 minutes, a point for each second. There are gaps where nobody had it open. Asks Redis nothing; works while it is away.',
  },
  SeriesPoint: {
    type: 'object',
    properties: {
      atMs: { type: 'number' },
      published: {
        type: 'object',
        additionalProperties: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        description: 'Events per second, by stream. Null where it is not known.',
      },
      handled: {
        type: 'object',
        additionalProperties: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        description: 'Settled events per second, by group.',
      },
      lag: {
        type: 'object',
        additionalProperties: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        description: 'By group: undelivered events, and how long the oldest of them waits.',
      },
      lagMs: { type: 'object', additionalProperties: { type: 'number' } },
      pending: {
        type: 'object',
        additionalProperties: { type: 'number' },
        description: 'By group: delivered and not settled.',
      },
      deadLetters: { type: 'number' },
      answerMs: {
        anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/Percentiles' }],
        description: 'From a cause to its answer, sampled in this second; null when there was none.',
      },
      journeyMs: {
        anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/Percentiles' }],
        description:
          'From the first event of a correlation id to the last, of those that have had no further one for five seconds.',
      },
    },
    required: ['atMs', 'published', 'handled', 'lag', 'lagMs', 'pending', 'deadLetters', 'answerMs', 'journeyMs'],
    description: 'One second of the charts.',
  },
  Session: {
    type: 'object',
    properties: {
      token: {
        type: 'string',
        description:
          'Random at each start of the server; goes into the header `X-Console-Token`. After a 403 `bad-token`: ask anew.',
      },
      user: {
        anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/SessionUser' }],
        description: 'Who is logged in; null where nobody has to.',
      },
      readOnly: {
        type: 'boolean',
        description: 'Nothing can be changed, or not by this user, who is a viewer: hide or disable what would.',
      },
      prefix: { type: 'string', description: 'Prefix of every key.' },
      redisAddress: { type: 'string', description: 'Host and port of Redis, never its password.' },
      partitions: {
        type: 'number',
        description:
          'How many partitions each stream has. With more than one, dead letters and what became of an entry are not shown.',
      },
      redis: { $ref: '#/components/schemas/RedisState' },
      shop: { type: 'boolean', description: "Whether the shop's view is there." },
      pollEveryMs: { type: 'number', description: 'How often the live feed tells, in milliseconds.' },
      version: { type: 'string', description: 'Version of the console.' },
    },
    required: [
      'token',
      'user',
      'readOnly',
      'prefix',
      'redisAddress',
      'partitions',
      'redis',
      'shop',
      'pollEveryMs',
      'version',
    ],
    description:
      '`GET /api/session`: asked first of all, by the page itself (refused with 403 to other sites). Works while Redis is away.',
  },
  SessionUser: {
    type: 'object',
    properties: {
      name: { type: 'string' },
      role: {
        type: 'string',
        enum: ['operator', 'viewer'],
        description: 'A viewer looks; an operator changes things as well.',
      },
    },
    required: ['name', 'role'],
    description: 'Somebody who is logged in.',
  },
  ShopView: {
    type: 'object',
    properties: {
      atMs: { type: 'number' },
      ordersPerMinute: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description: 'Over the last minute, or less when the console was opened later; null in its first ten seconds.',
      },
      declinedShare: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description: 'Declined among the payments that the order states know; null without payments.',
      },
      ordersByState: {
        type: 'object',
        additionalProperties: { type: 'number' },
        description: '`placed`, `paid`, `declined`, `packed`, `shipped`.',
      },
      revenueByCurrency: { type: 'object', additionalProperties: { type: 'number' } },
      stock: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            sku: { type: 'string' },
            name: { anyOf: [{ type: 'null' }, { type: 'string' }] },
            stock: { type: 'number' },
            sold: { type: 'number' },
          },
          required: ['sku', 'name', 'stock', 'sold'],
        },
        description: 'Ascending by stock, at most 500.',
      },
      shipmentsByCarrier: { type: 'object', additionalProperties: { type: 'number' } },
      simulation: {
        anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/SimulationView' }],
        description: 'Null when the service does not answer; then the controls cannot work.',
      },
      gateway: { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/GatewayView' }] },
      canSteer: {
        type: 'boolean',
        description: "Whether the console has the operators' token, without which it steers neither.",
      },
    },
    required: [
      'atMs',
      'ordersPerMinute',
      'declinedShare',
      'ordersByState',
      'revenueByCurrency',
      'stock',
      'shipmentsByCarrier',
      'simulation',
      'gateway',
      'canSteer',
    ],
    description:
      "`GET /api/shop`: the shop in numbers, from the processor's read models. Errors: 404 (no shop here), 503. Amounts are integers in the currency's minor unit (1250 is €12.50; JPY has none: 1250 is ¥1,250).",
  },
  SimulationRequest: {
    type: 'object',
    properties: { running: { type: 'boolean' }, rate: { type: 'number', description: '0.01 to 1,000.' } },
    required: ['running'],
    description:
      "`POST /api/shop/simulation`: answers `SimulationView`. The console sends the operators' token along (`OPERATOR_TOKEN`); the service's own decides (502 `not-operator`). Errors: 400, 403, 404, 502.",
  },
  SimulationView: {
    type: 'object',
    properties: {
      running: { type: 'boolean' },
      rate: { type: 'number', description: 'Orders per second, on average over a simulated day.' },
      placed: { type: 'number', description: 'Orders that simulated customers have placed.' },
    },
    required: ['running', 'rate', 'placed'],
  },
  StreamDetail: {
    type: 'object',
    properties: {
      groupDetails: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            name: { type: 'string' },
            consumers: { type: 'number' },
            pending: { type: 'number' },
            lastDeliveredId: { type: 'string' },
            lag: {
              anyOf: [{ type: 'null' }, { type: 'number' }],
              description: 'Null when Redis does not know, which is not 0.',
            },
            lagMs: { type: 'number' },
            perSecond: {
              anyOf: [{ type: 'null' }, { type: 'number' }],
              description: 'Settled per second; null at the first look.',
            },
            oldestPendingMs: {
              anyOf: [{ type: 'null' }, { type: 'number' }],
              description:
                "The oldest pending entry's age; null when there is none or it was not asked for (only `GET …/:stream` asks).",
            },
            consumerDetails: { type: 'array', items: { $ref: '#/components/schemas/ConsumerDetail' } },
          },
          required: [
            'name',
            'consumers',
            'pending',
            'lastDeliveredId',
            'lag',
            'lagMs',
            'perSecond',
            'oldestPendingMs',
            'consumerDetails',
          ],
        },
      },
      name: { type: 'string' },
      key: { type: 'string', description: 'In Redis.' },
      length: { type: 'number' },
      entriesAdded: { type: 'number', description: 'Entries that were ever appended.' },
      perSecond: { anyOf: [{ type: 'null' }, { type: 'number' }] },
      first: { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/EntrySummary' }] },
      last: { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/EntrySummary' }] },
      deadLetters: { type: 'number' },
      groups: { type: 'array', items: { $ref: '#/components/schemas/GroupSummary' } },
    },
    required: [
      'groupDetails',
      'name',
      'key',
      'length',
      'entriesAdded',
      'perSecond',
      'first',
      'last',
      'deadLetters',
      'groups',
    ],
    description: '`GET /api/streams/:stream`: one stream with its groups and their consumers. Errors: 404, 503.',
  },
  StreamList: {
    type: 'object',
    properties: {
      streams: { type: 'array', items: { $ref: '#/components/schemas/StreamSummary' } },
      complete: {
        type: 'boolean',
        description:
          'False while the first search for streams in a large Redis goes on: ask again, or wait for the live feed.',
      },
    },
    required: ['streams', 'complete'],
    description: '`GET /api/streams`: all streams of the prefix, by name. Errors: 503.',
  },
  StreamNode: {
    type: 'object',
    properties: {
      kind: { type: 'string', enum: ['stream'] },
      length: { type: 'number' },
      perSecond: { anyOf: [{ type: 'null' }, { type: 'number' }] },
      lastEntryMs: { anyOf: [{ type: 'null' }, { type: 'number' }] },
      id: {
        type: 'string',
        description: '`stream:orders`, `group:payment_service`, … : unique, the same at each look.',
      },
      name: { type: 'string' },
      health: { $ref: '#/components/schemas/Health' },
    },
    required: ['kind', 'length', 'perSecond', 'lastEntryMs', 'id', 'name', 'health'],
  },
  StreamSummary: {
    type: 'object',
    properties: {
      name: { type: 'string' },
      key: { type: 'string', description: 'In Redis.' },
      length: { type: 'number' },
      entriesAdded: { type: 'number', description: 'Entries that were ever appended.' },
      perSecond: { anyOf: [{ type: 'null' }, { type: 'number' }] },
      first: { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/EntrySummary' }] },
      last: { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/EntrySummary' }] },
      deadLetters: { type: 'number' },
      groups: { type: 'array', items: { $ref: '#/components/schemas/GroupSummary' } },
    },
    required: ['name', 'key', 'length', 'entriesAdded', 'perSecond', 'first', 'last', 'deadLetters', 'groups'],
  },
  TailedEntries: {
    type: 'object',
    properties: {
      entries: { type: 'array', items: { $ref: '#/components/schemas/EntrySummary' } },
      leftOut: {
        type: 'object',
        additionalProperties: { type: 'number' },
        description:
          'By stream: new entries of this second that are not among them, since there were too many, or too large ones, to show.',
      },
    },
    required: ['entries', 'leftOut'],
    description: 'New entries, newest first.',
  },
  Topology: {
    type: 'object',
    properties: {
      nodes: { type: 'array', items: { $ref: '#/components/schemas/TopologyNode' } },
      edges: { type: 'array', items: { $ref: '#/components/schemas/TopologyEdge' } },
    },
    required: ['nodes', 'edges'],
    description: 'Who publishes, what, and who handles it: a graph.',
  },
  TopologyEdge: {
    type: 'object',
    properties: {
      id: { type: 'string' },
      from: { type: 'string', description: 'Ids of nodes.' },
      to: { type: 'string' },
      kind: {
        type: 'string',
        enum: ['gives-up', 'publishes', 'reads', 'retries', 'works'],
        description:
          '`publishes`: producer → stream. `reads`: stream → group. `works`: group → consumer. `gives-up`: group → dead letters, of groups that gave one of the newest up. `retries`: dead letters → group, while replays of them wait to be handled.',
      },
      perSecond: { anyOf: [{ type: 'null' }, { type: 'number' }] },
      lag: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description: 'Of `reads`: not delivered yet; of the others 0.',
      },
      lagMs: { type: 'number' },
      pending: {
        type: 'number',
        description: 'Of `reads` and `works`: delivered, not settled. Of `retries`: how many wait.',
      },
      health: { $ref: '#/components/schemas/Health' },
    },
    required: ['id', 'from', 'to', 'kind', 'perSecond', 'lag', 'lagMs', 'pending', 'health'],
  },
  TopologyNode: {
    anyOf: [
      { $ref: '#/components/schemas/ConsumerNode' },
      { $ref: '#/components/schemas/DeadLettersNode' },
      { $ref: '#/components/schemas/GroupNode' },
      { $ref: '#/components/schemas/ProducerNode' },
      { $ref: '#/components/schemas/StreamNode' },
    ],
  },
  Totals: {
    type: 'object',
    properties: {
      publishedPerSecond: { anyOf: [{ type: 'null' }, { type: 'number' }] },
      handledPerSecond: { anyOf: [{ type: 'null' }, { type: 'number' }] },
      lag: {
        anyOf: [{ type: 'null' }, { type: 'number' }],
        description:
          'Entries that were not delivered yet, of all groups; null where Redis does not know for one of them.',
      },
      lagMs: { type: 'number', description: 'The longest that an undelivered entry waits.' },
      pending: { type: 'number' },
      deadLetters: { type: 'number' },
      consumers: { type: 'number' },
    },
    required: ['publishedPerSecond', 'handledPerSecond', 'lag', 'lagMs', 'pending', 'deadLetters', 'consumers'],
    description: 'The whole in numbers.',
  },
} as const;

/** The name of one of them. */
export type SchemaName = keyof typeof SCHEMAS;
