import { Module } from '@nestjs/common';
import { SigningModule } from '../policy/signing.module.js';
import { AuditProofResolver } from './audit-proof.resolver.js';
import { VerifyChain } from './verify-chain.js';

/** What shows that the audit trail is whole. */
@Module({ imports: [SigningModule], providers: [VerifyChain, AuditProofResolver] })
export class AuditProofModule {}
