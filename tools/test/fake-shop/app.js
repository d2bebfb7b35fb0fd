// A stand-in for an app of the shop: it is healthy and stops after SIGTERM, unless its FAKE_… variable says otherwise.
import http from 'node:http';
import path from 'node:path';

const name = path.basename(path.resolve(import.meta.dirname, '..')).split('-')[0] ?? '';
const behaviour = process.env[`FAKE_${name.toUpperCase()}`] ?? '';

if (behaviour === 'refuse') {
  console.error('SIMULATION_RATE takes a positive number, got "fast".');
  process.exit(78);
}

const server = http.createServer((request, response) => {
  console.log(`${request.method ?? ''} ${request.url ?? ''}`);
  if (request.url === '/crash') process.exit(3);
  if (request.url?.startsWith('/catalogue')) {
    response.end(JSON.stringify([{ sku: 'MUG-0001', name: 'Mug', unit_price: 1250 }]));
    return;
  }
  if (request.url === '/simulation/stop') {
    const isOperator = request.headers.authorization === `Bearer ${process.env['OPERATOR_TOKEN'] ?? ''}`;
    response.statusCode = isOperator ? 200 : 401;
    response.end();
    return;
  }
  response.statusCode = behaviour === 'unhealthy' ? 503 : 200;
  response.end(JSON.stringify({ pid: process.pid, redis: process.env['REDIS_URL'] }));
});
server.listen(Number(process.env['PORT']), process.env['HOST'], () => {
  console.log(`${name} listens`);
});
process.on('SIGTERM', () => {
  console.log(`${name} was told to stop`);
  if (behaviour !== 'stubborn') process.exit(0);
});
