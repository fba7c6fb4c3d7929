import { Module } from '@nestjs/common';
import { EvidenceController } from './evidence.controller.js';
import { StoreEvidence } from './store-evidence.js';

@Module({ controllers: [EvidenceController], providers: [StoreEvidence] })
export class EvidenceModule {}
