import type { ExportProgress, ExportRequest } from '@postern/agent/console-contract';
import { api } from '../api/client';

const LOOK_EVERY_MS = 400;

/** Has the browser fetch the file by its own means, so that it never passes through this page's memory. */
function download(url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = '';
  document.body.append(link);
  link.click();
  link.remove();
}

/** Resolves when the file is written, or is not going to be. Rejects with `ConsoleFailure` where it was refused. */
export async function runExport(
  request: ExportRequest,
  onProgress: (progress: ExportProgress) => void,
): Promise<ExportProgress> {
  const { id, url } = await api.exportTicket(request);
  download(url);
  for (;;) {
    const progress = await api.exportProgress(id);
    onProgress(progress);
    if (progress.state !== 'waiting' && progress.state !== 'running') return progress;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
