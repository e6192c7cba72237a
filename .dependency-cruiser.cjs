/** Imports go one way (docs/architecture.md); each message says what to do instead. A test sees each rule fire. */

const ROOTS =
  '^src/(main|serve|app\\.module|commands\\.module|adapters|composition|duties|instance|feed-thread|start-fault|cli/(main|faults|serve|rebuild|export|import|journal|vault-move|vault-rotate-key|token|doctor|replay|transparency|signed-log|doctor/transparency))\\.ts$';
/** A file's dotted suffix says that it is a shell around the core. */
const SHELLS = '\\.(controller|dto|handlers|jobs|module|policy|reader)\\.ts$';

/** A folder of src, and what it may import besides itself. */
const LAYERS = {
  'event-store': ['kernel', 'sqlite'],
  'read-models': ['kernel', 'sqlite', 'mongodb'],
  vault: ['kernel', 'sqlite', 'mongodb'],
  transparency: ['kernel', 'event-store', 'leases', 'sqlite', 'mongodb', 'http', 'verify'],
  journal: ['kernel', 'event-store'],
  verify: [],
  ledger: ['kernel', 'event-store', 'sqlite'],
  sqlite: [],
  mongodb: [],
  config: [],
  leases: ['kernel', 'read-models'],
  feed: ['kernel', 'event-store', 'read-models', 'leases', 'ledger', 'transparency', 'http'],
  jobs: ['kernel', 'event-store', 'read-models', 'ledger', 'sqlite', 'http'],
  http: ['kernel', 'event-store', 'read-models', 'ledger', 'vault', 'config'],
  contexts: ['kernel', 'event-store', 'ledger', 'feed', 'jobs', 'vault', 'http'],
  cli: [
    'kernel',
    'config',
    'sqlite',
    'event-store',
    'read-models',
    'leases',
    'ledger',
    'feed',
    'journal',
    'transparency',
    'verify',
  ],
};

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'kernel-is-pure',
      comment:
        'src/kernel is the pure vocabulary: it imports nothing but node:crypto. Move I/O or libraries to a shell.',
      severity: 'error',
      from: { path: '^src/kernel/' },
      to: { pathNot: ['^src/kernel/', '^(node:)?crypto$'] },
    },
    {
      name: 'the-verifier-stands-alone',
      comment: 'src/verify is read and run by those who trust nothing else: it imports itself and Node.',
      severity: 'error',
      from: { path: '^src/verify/' },
      to: { pathNot: '^src/verify/', dependencyTypesNot: ['core'] },
    },
    ...Object.entries(LAYERS).map(([folder, below]) => ({
      name: `${folder}-imports-downwards`,
      comment:
        `Of src, ${folder} may import ${below.length === 0 ? 'nothing' : below.join(', ')}. If it needs more, let it ` +
        'say what it needs as a type of its own, and let the composition root hand that in.',
      severity: 'error',
      from: { path: `^src/${folder}/`, pathNot: ROOTS },
      to: { path: '^src/', pathNot: [`^src/(${[folder, ...below].join('|')})/`, ROOTS] },
    })),
    {
      name: 'nobody-imports-a-root',
      comment: 'A composition root knows everybody, so nobody knows it: take what you need as an argument.',
      severity: 'error',
      from: { path: '^(src|projections)/', pathNot: ROOTS },
      to: { path: ROOTS },
    },
    {
      name: 'core-is-pure',
      comment:
        'A bare noun in a context (debt.ts, events.ts) is pure: no framework, no I/O, no shell. What needs them is a ' +
        'shell: name.controller.ts, .dto.ts, .handlers.ts, .jobs.ts, .policy.ts, .reader.ts or .module.ts.',
      severity: 'error',
      from: { path: '^src/contexts/', pathNot: SHELLS },
      to: {
        pathNot: [
          '^src/kernel/',
          '^src/event-store/(catalogue|schemas)\\.ts$',
          '^src/ledger/outcome\\.ts$',
          '^src/contexts/[^/]+/[^./]+\\.ts$',
          '(^|/)typebox(/|$)',
        ],
      },
    },
    {
      name: 'context-shows-only-events',
      comment: 'A context shows others only its events.ts; a policy may also import another context’s commands.ts.',
      severity: 'error',
      from: { path: '^src/contexts/([^/]+)/', pathNot: '\\.policy\\.ts$' },
      to: { path: '^src/contexts/', pathNot: ['^src/contexts/$1/', '/events\\.ts$'] },
    },
    {
      name: 'policies-see-events-and-commands',
      comment:
        'A policy reacts to events and sends commands: of another context it imports events.ts and commands.ts only.',
      severity: 'error',
      from: { path: '^src/contexts/([^/]+)/.*\\.policy\\.ts$' },
      to: { path: '^src/contexts/', pathNot: ['^src/contexts/$1/', '/(events|commands)\\.ts$'] },
    },
    {
      name: 'validation-at-the-edge',
      comment:
        'class-validator and class-transformer are the edge’s: a DTO uses the decorators of src/http/validation, and ' +
        'what is behind it gets checked values.',
      severity: 'error',
      from: { pathNot: '^src/http/validation/' },
      to: { path: '(^|/)(class-validator|class-transformer)(/|$)' },
    },
    {
      name: 'write-side-knows-no-projection',
      comment: 'Deleting a projection deletes a feature, no more: only the composition roots import projections.',
      severity: 'error',
      from: { path: '^src/', pathNot: ROOTS },
      to: { path: '^projections/' },
    },
    {
      name: 'projections-read-only',
      comment: 'A projection folds events into read models: it never reaches the ledger, the vault or a decider.',
      severity: 'error',
      from: { path: '^projections/' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/(kernel|event-store|read-models|feed|http|journal)/',
          '^src/transparency/(published-log|record|transparency\\.controller)\\.ts$', // what is public, and the text of a proof
          '^src/(ledger|contexts/[^/]+)/events\\.ts$',
          ROOTS,
        ],
      },
    },
    {
      name: 'projections-stand-alone',
      comment:
        'A projection’s folder can be deleted: what two of them share is in projections/*.ts, in projections/instruments ' +
        '(how events are told) or in src.',
      severity: 'error',
      from: { path: '^projections/([^/]+)/' },
      to: { path: '^projections/[^/]+/', pathNot: ['^projections/$1/', '^projections/instruments/'] },
    },
    {
      name: 'product-knows-no-test',
      comment: 'What runs in production imports no test, example or benchmark: they are not in the image.',
      severity: 'error',
      from: { path: '^(src|projections)/' },
      to: { path: '^(test|examples|bench)/' },
    },
    {
      name: 'no-circular',
      comment: 'A circle means that two files are one idea, or that a third is missing.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
