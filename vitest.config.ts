import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/setup.ts',
    exclude: ['test/vscode/**', 'node_modules/**'],
    pool: 'forks',
    maxWorkers: 3,
    // The core is pure: files that share a worker share its modules, which are loaded once.
    isolate: false,
    // Generous: other suites run at the same time, and nothing here is a measurement.
    testTimeout: 120_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
