// A server that answers after REFERENCE_CPU_MS of processor time. If the answer takes longer, the machine is busy with other
// work, which slows the apps by the same factor.
import { createServer } from 'node:http';
import { REFERENCE_CPU_MS } from './watch-apps.js';

const server = createServer((_request, response) => {
  const before = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(before);
    if (user + system >= REFERENCE_CPU_MS * 1000) break;
  }
  response.end('{"status":"ok"}');
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
process.once('disconnect', () => {
  process.exit();
});
