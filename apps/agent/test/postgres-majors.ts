import { hasPostgres, type PostgresMajor } from '@postern/infra/postgres-binaries';

const MORE = (process.env.POSTERN_TEST_MAJORS ?? '').split(',').filter(Boolean).map(Number);

/** Versions that tests of role manifests run on. By hand also POSTERN_TEST_MAJORS=14,16,17 (`npm run postgres-majors`). */
export const MAJORS = ([18, 15, ...MORE] as PostgresMajor[]).filter(hasPostgres);
