import { readdirSync, readFileSync } from 'node:fs';

const directory = new URL('../fixtures/v1/', import.meta.url);

export const fixtureText = (name: string): string => readFileSync(new URL(name, directory), 'utf8');
export const fixture = (name: string): unknown => JSON.parse(fixtureText(name));
export const fixtureNames = readdirSync(directory);
