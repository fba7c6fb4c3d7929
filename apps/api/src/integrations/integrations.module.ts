import { Module } from '@nestjs/common';
import { SigningModule } from '../policy/signing.module.js';
import { IntegrationsResolver } from './integrations.resolver.js';
import { RefusedDestinations } from './refused-destinations.js';
import { SaveIntegration } from './save-integration.js';
import { SecretBox } from './secret-box.js';
import { Sender } from './sender.js';
import { TryIntegration } from './try-integration.js';

@Module({
  imports: [SigningModule],
  providers: [SecretBox, Sender, SaveIntegration, TryIntegration, RefusedDestinations, IntegrationsResolver],
})
export class IntegrationsModule {}
