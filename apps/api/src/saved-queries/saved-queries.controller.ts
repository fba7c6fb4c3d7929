import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import {
  deleteQueryRequest,
  type SavedQueriesResponse,
  savedQueriesRequest,
  saveQueryRequest,
} from '@postern/protocol/console-kept';
import { PATHS } from '@postern/protocol/version';
import { AgentGuard, type AgentRequest } from '../agents/agent.guard.js';
import { parseBody } from '../agents/parse-body.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { deleteQuery, saveQuery } from './save-query.js';
import { listSavedQueries } from './saved-query.queries.js';

@Controller()
@UseGuards(AgentGuard)
export class SavedQueriesController {
  constructor(private readonly db: TenantDb) {}

  @Post(PATHS.savedQueries)
  @HttpCode(200)
  async list(@Req() request: AgentRequest): Promise<SavedQueriesResponse> {
    const { personId } = parseBody(savedQueriesRequest, request.body);
    return { queries: await listSavedQueries(this.db, request.agent, personId) };
  }

  @Post(PATHS.saveQuery)
  @HttpCode(200)
  async save(@Req() request: AgentRequest): Promise<{ id: string }> {
    return { id: await saveQuery(this.db, request.agent, parseBody(saveQueryRequest, request.body)) };
  }

  @Post(PATHS.deleteQuery)
  @HttpCode(200)
  async remove(@Req() request: AgentRequest): Promise<object> {
    const { personId, id } = parseBody(deleteQueryRequest, request.body);
    await deleteQuery(this.db, request.agent, personId, id);
    return {};
  }
}
