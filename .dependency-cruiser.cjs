/**
 * The law of imports: a file imports only from lower floors, and rooms on one floor do not import each other.
 * Lowest first; each room is a folder of src/ or a file in it.
 */
const floors = [
  ['errors.ts', 'time.ts', 'turn.ts'],
  ['domain'],
  ['store'],
  ['personas', 'faults', 'journal', 'certificates'],
  ['fixtures', 'provider'],
  ['issuer'],
  ['control'],
  ['http'],
  ['server.ts'],
  ['sdk'],
  ['cli'],
  ['index.ts'],
]

const pathOf = (room) => (room.endsWith('.ts') ? `^src/${room.replace('.', '\\.')}$` : `^src/${room}/`)
const rooms = floors.flat()

const onlyDownwards = floors.flatMap((floor, level) =>
  floor.map((room) => ({
    name: `${room}-imports-only-from-below`,
    comment: 'What a lower floor needs from a higher one, it takes as an argument of a type that it declares itself.',
    severity: 'error',
    from: { path: pathOf(room) },
    to: {
      path: floors
        .slice(level)
        .flat()
        .filter((other) => other !== room)
        .map(pathOf)
        // The topmost room has nothing above it; a rule without a path would match everything.
        .concat('^src/no-such-room/'),
    },
  })),
)

module.exports = {
  forbidden: [
    ...onlyDownwards,
    {
      name: 'every-file-has-a-room',
      comment: 'A helper lives with the noun that it serves; a new room gets its floor here first.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: rooms.map(pathOf) },
    },
    {
      name: 'only-provider-knows-oidc-provider',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/provider/' },
      to: { path: '(^|/)node_modules/(@types/)?oidc-provider(/|$)' },
    },
    {
      name: 'src-stands-alone',
      comment: 'What is shipped does not lean on tests, the bench or the build.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts|examples|dist)/' },
    },
    {
      name: 'no-development-packages-in-src',
      severity: 'error',
      from: { path: '^src/' },
      // pino-pretty is loaded where it happens to be installed, and so is what a test runner brings.
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: ['node_modules/pino-pretty', 'node_modules/testcontainers/', 'node_modules/@types/'],
      },
    },
    { name: 'no-cycles', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports is either dead or missing from its catalog.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: ['^src/index\\.ts$', '^src/cli/main\\.ts$'] },
      to: {},
    },
    { name: 'no-unresolvable', severity: 'error', from: { path: '^src/' }, to: { couldNotResolve: true } },
  ],
  options: {
    // swc sees type-only imports, which bind as much as others, and needs no TypeScript API.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      conditionNames: ['import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
}
