/** Imports go one way (docs/architecture.md); each message says what to do instead. */
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
      name: 'write-side-knows-no-projection',
      comment: 'Deleting a projection deletes a feature, no more: only the composition roots import projections.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(app\\.module|feed-thread|composition)\\.ts$' },
      to: { path: '^projections/' },
    },
    {
      name: 'projections-read-only',
      comment: 'A projection folds events into read models: it never reaches the ledger, the vault or a decider.',
      severity: 'error',
      from: { path: '^projections/' },
      to: {
        path: '^src/',
        pathNot: ['^src/(kernel|event-store|read-models|feed|http)/', '^src/contexts/[^/]+/events\\.ts$'],
      },
    },
    {
      name: 'no-circular',
      comment: 'A circle means that two files are one idea, or that a third is missing.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
