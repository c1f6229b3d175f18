// Four projects, run in this order by scripts/test: unit (no process, no network, no sleeping),
// contracts (the store suites on DynamoDB Local), cdk (assertions on the template), ha (real processes).
const swc = [
  '@swc/jest',
  {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];

// jose has ES modules only; Jest loads by `require` (docs/decisions/0001-toolchain.md).
const swcOfPackages = [
  '@swc/jest',
  { jsc: { parser: { syntax: 'ecmascript' }, target: 'es2023' }, module: { type: 'commonjs' } },
];

const project = (displayName, testMatch, extra = {}) => ({
  displayName,
  testMatch: testMatch.map((pattern) => `<rootDir>/test/${pattern}`),
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': swc, '/node_modules/jose/.+\\.js$': swcOfPackages },
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/cdk.out', '<rootDir>/.run'],
  ...extra,
});

export default {
  // A limit for what hangs, not a stop watch: continuous integration may share its cores.
  testTimeout: 30_000,
  projects: [
    project('unit', [
      '*.test.ts',
      '{base,datalog,engine,policy,datasources,store,replication,api,server,cli,vectors,simulator,scripts,examples}/**/*.test.ts',
    ]),
    project('contracts', ['contracts/**/*.test.ts']),
    project('cdk', ['cdk/**/*.test.ts']),
    project('ha', ['ha/**/*.test.ts']),
  ],
};
