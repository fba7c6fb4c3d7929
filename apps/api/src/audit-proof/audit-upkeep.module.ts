import { Module } from '@nestjs/common';
import { SigningModule } from '../policy/signing.module.js';
import { AuditUpkeep } from './audit-upkeep.js';
import { KeepAnchors } from './keep-anchors.js';
import { MakeAnchor } from './make-anchor.js';

/** The worker's part: partitions, anchors, retention. */
@Module({ imports: [SigningModule], providers: [MakeAnchor, KeepAnchors, AuditUpkeep] })
export class AuditUpkeepModule {}
