import type { Allowed } from '@postern/core/policy';
import type { Catalog, Classification, ClassifyResult, SessionState } from '@postern/core/sql';
import type { EnforcedPolicy } from '../policy/policy-holder.js';
import type { BoundParameters } from '../targets/bound-parameters.js';
import type { Owner } from './tabs.js';

/** A text that somebody wants to run. */
export interface GovernedText {
  readonly owner: Owner;
  readonly connection: string;
  readonly sql: string;
  /** Where it came in. */
  readonly path: 'console' | 'wire';
  readonly parameters?: BoundParameters;
}

/** A text looked at, and what with. */
export interface ClassifiedText {
  readonly classified: ClassifyResult;
  readonly memory: SessionState;
  readonly catalog: Catalog | undefined;
}

/** A text that may run, and what said so. */
export interface AllowedText {
  readonly policy: EnforcedPolicy;
  readonly decision: Allowed;
  readonly classification: Classification;
  /** What the classification was made with. */
  readonly memory: SessionState;
}
