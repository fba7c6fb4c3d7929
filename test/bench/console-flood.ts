// A window that reads one long result, in a process of its own: another person's browser holds up nobody else's.
import { ConsoleStream } from './console-stream.js';

const [origin = '', cookie = '', connection = '', sql = ''] = process.argv.slice(2);
const window = await ConsoleStream.open({ origin, headers: { cookie } }, connection);
await window.run(sql, 'flood');
window.close();
