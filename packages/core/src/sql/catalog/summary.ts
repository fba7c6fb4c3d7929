import type { Permission } from '../../policy/permission.js';
import { builtinNeedsOf, extensionNeeds, isGeneratedFor } from '../functions.js';
import { walkText } from '../nested.js';
import { settingFindings } from '../session.js';
import { functionBody } from './body.js';
import { type Catalog, FIRST_USER_OID } from './catalog.js';
import { expressionsSummary } from './definition.js';
import type { CatalogFunction, CatalogType, FunctionRef } from './model.js';
import { Names, refUse, typeUse, typeUses } from './names.js';
import type { SearchPath } from './path.js';
import { relationSummary } from './relation.js';
import { keyOf, type Summary, type SummaryFinding, type Use } from './use.js';

/** What the object of a use does by its own definition. Parsed once for each catalog. */
export function summaryOf(catalog: Catalog, use: Use): Summary {
  return catalog.summaries.get(keyOf(use), () => {
    const { target } = use;
    switch (target.kind) {
      case 'function':
        return functionSummary(catalog, target.function, target.path);
      case 'builtin':
        return builtinSummary(catalog, target.ref);
      case 'type':
        return typeSummary(catalog, target.type, target.path);
      case 'relation':
        return relationSummary(catalog, target);
    }
  });
}

function functionSummary(catalog: Catalog, called: CatalogFunction, path: SearchPath): Summary {
  const findings: SummaryFinding[] = configFindings(called);
  const uses = called.types.flatMap((oid) => typeUses(catalog, oid, path));
  if (called.isSecurityDefiner)
    findings.push(inherent('execute', 'which runs as its owner (SECURITY DEFINER)'));
  if (called.kind === 'aggregate') {
    const calls = called.calls.map((ref) => refUse(catalog, ref, path));
    return { findings, uses: [...uses, ...calls] };
  }
  if (called.language === 'c' || called.language === 'internal') {
    return { findings: [...findings, ...compiledFindings(catalog, called)], uses };
  }
  const body = functionBody(called);
  if ('opaque' in body) return { findings: [...findings, inherent('execute', body.opaque)], uses };
  const definition = Names.inDefinition(catalog, path);
  const signature = walkText(body.signature, definition);
  const run = walkText(body.statements, body.isAtomic ? definition : Names.inText(catalog, path));
  if (signature.searched.length + run.searched.length > 0)
    findings.push({ permission: 'execute', what: 'changes search_path' });
  if (run.keeps) findings.push({ permission: 'execute', what: 'changes what its session has prepared' });
  return {
    findings: [...findings, ...signature.findings, ...run.findings],
    uses: [...uses, ...[...signature.uses, ...run.uses].map(({ use }) => use)],
  };
}

/** Settings that a function runs with: what would need more than `read` as a SET, and paths that hide pg_catalog. */
function configFindings({ config }: CatalogFunction): SummaryFinding[] {
  return config.flatMap((entry): SummaryFinding[] => {
    const [name = '', ...value] = entry.split('=');
    if (name.toLowerCase() === 'search_path')
      return /,\s*"?pg_catalog"?\s*(,|$)/i.test(value.join('='))
        ? [inherent('execute', 'which puts another schema before pg_catalog')]
        : [];
    const needed = settingFindings(name, { to: 'values', values: [value.join('=')] });
    return needed.map((finding) => ({
      ...finding,
      what: `which runs with a setting that ${finding.what}`,
      inherent: true,
    }));
  });
}

/** Functions in C: those of extensions are known by review, the constructors of range types by their place. */
function compiledFindings(catalog: Catalog, called: CatalogFunction): SummaryFinding[] {
  const { extension, language, schema, name, kind } = called;
  if (extension !== undefined) {
    const needs = extensionNeeds(extension, name) ?? ['execute'];
    return needs.map((permission) => inherent(permission, `which is written in C (extension ${extension})`));
  }
  const types = catalog.typesByName.get(name) ?? [];
  const isRange = types.some(
    (type) => type.schema === schema && (type.kind === 'range' || type.kind === 'multirange'),
  );
  if (language === 'internal' && kind === 'function' && isRange) return [];
  return [inherent('execute', `which is written in ${language}`)];
}

function builtinSummary(catalog: Catalog, ref: FunctionRef): Summary {
  const { oid, schema, name } = ref;
  if (oid >= FIRST_USER_OID)
    return { findings: [inherent('execute', 'which the catalog does not show')], uses: [] };
  const isKnown = isGeneratedFor(catalog.data.serverVersion) || schema === 'information_schema';
  const permission = builtinNeedsOf(name) ?? (isKnown ? undefined : unknownNeeds(name));
  if (permission === undefined) return { findings: [], uses: [] };
  return { findings: [inherent(permission, `which needs ${permission}`)], uses: [] };
}

/** Of servers whose functions are not in the lists. */
function unknownNeeds(name: string): Permission | undefined {
  return /(in|out|recv|send|_trigger|typmodin|typmodout|typanalyze)$/.test(name) ? undefined : 'execute';
}

/** A type with all that it is made of and that is made of it: any of them may be checked, cast or shown. */
function typeSummary(catalog: Catalog, type: CatalogType, path: SearchPath): Summary {
  const { findings, uses } = expressionsSummary(type.expressions, Names.inDefinition(catalog, path));
  const functions = [...type.functions, ...(catalog.castsOf.get(type.oid) ?? [])];
  const made = catalog.madeOf.get(type.oid) ?? [];
  return {
    findings,
    uses: [
      ...uses,
      ...functions.map((ref) => refUse(catalog, ref, path)),
      ...type.parts.flatMap((oid) => typeUses(catalog, oid, path)),
      ...made.map((one) => typeUse(one, path)),
    ],
  };
}

function inherent(permission: Permission, what: string): SummaryFinding {
  return { permission, what, inherent: true };
}
