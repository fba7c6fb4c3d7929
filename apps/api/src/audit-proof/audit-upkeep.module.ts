import { Module } from '@nestjs/common';
import { SigningModule } from '../policy/signing.module.js';
import { AuditUpkeep } from './audit-upkeep.js';
import { MakeAnchor } from './make-anchor.js';

/** The worker's part: partitions, anchors, retention. */
@Module({ imports: [SigningModule], providers: [MakeAnchor, AuditUpkeep] })
export class AuditUpkeepModule {}
