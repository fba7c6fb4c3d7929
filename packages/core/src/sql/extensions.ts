import type { Permission } from '../policy/permission.js';

/**
 * What a function in C of a well-known extension needs; undefined: nobody reviewed it. `name`: the function's own, without
 * schema.
 */
export function extensionFunctionNeeds(extension: string, name: string): readonly Permission[] | undefined {
  return reviewed.get(extension)?.(name);
}

const reviewed: ReadonlyMap<string, (name: string) => readonly Permission[] | undefined> = new Map();
