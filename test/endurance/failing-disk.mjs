// Fault injection for an agent (`node --import …?while=FILE`): while FILE is there the disk confirms no segment of the audit trail, and
// forgets what it should have confirmed, as systems do after a failed fdatasync.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const flag = new URL(import.meta.url).searchParams.get('while') ?? '';
const failed = () =>
  Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' });
/** Bytes of each file that the disk has, by inode. */
const confirmed = new Map();
const factsOf = (fd) => fs.fstatSync(fd);

function confirm({ ino, size }) {
  confirmed.set(ino, size);
}

function fail(fd) {
  const kept = confirmed.get(factsOf(fd).ino);
  if (kept !== undefined) fs.ftruncateSync(fd, kept);
  throw failed();
}

const { fdatasync, fdatasyncSync } = fs;
fs.fdatasyncSync = (fd) => {
  const before = factsOf(fd);
  if (fs.existsSync(flag)) fail(fd);
  fdatasyncSync(fd);
  confirm(before);
};
fs.fdatasync = (fd, told) => {
  const before = factsOf(fd);
  fdatasync(fd, (error) => {
    // Asked at the end: what was written meanwhile is lost with it.
    if (!error && !fs.existsSync(flag)) confirm(before);
    else if (!error) error = caught(() => fail(fd));
    told(error);
  });
};
syncBuiltinESMExports();

function caught(action) {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
