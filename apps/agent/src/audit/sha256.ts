import { hash } from 'node:crypto';
import type { Sha256Hex } from '@postern/core/audit';

/** The system's own, a tenth of the time of core's in JavaScript. */
export const sha256Hex: Sha256Hex = (text) => hash('sha256', text);
