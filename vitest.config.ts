import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/vscode/**', 'node_modules/**'],
    pool: 'threads',
    poolOptions: { threads: { maxThreads: 2 } },
    testTimeout: 30_000,
  },
});
