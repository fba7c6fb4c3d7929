import { join } from 'node:path';
import type { NextConfig } from 'next';

const repository = join(import.meta.dirname, '../..');

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // The lock file and hoisted packages are at the repository's root.
  turbopack: { root: repository },
  outputFileTracingRoot: repository,
};

export default config;
