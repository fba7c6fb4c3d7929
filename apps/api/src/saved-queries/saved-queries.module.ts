import { Module } from '@nestjs/common';
import { SavedQueriesController } from './saved-queries.controller.js';

@Module({ controllers: [SavedQueriesController] })
export class SavedQueriesModule {}
