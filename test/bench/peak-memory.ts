// Loaded by `--import` into a program that is measured: it says at its end how much memory it had at most.
import { writeSync } from 'node:fs';

process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));
