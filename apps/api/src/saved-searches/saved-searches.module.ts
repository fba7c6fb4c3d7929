import { Module } from '@nestjs/common';
import { SavedSearchesResolver } from './saved-searches.resolver.js';

@Module({ providers: [SavedSearchesResolver] })
export class SavedSearchesModule {}
