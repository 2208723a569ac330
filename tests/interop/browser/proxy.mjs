// A proxy that serves this server below a path of a host, and other things beside it.
import http from 'node:http';
import { freePort } from './server.mjs';

const documents = /^\/\.well-known\/(openid-configuration|oauth-authorization-server)\//;

/**
 * Starts one whose host has this server at `path`. `strips` says whether it takes the path away before it passes a
 * request on. What is asked for elsewhere on the host is in `strays`: none of it is this server's.
 */
export async function startProxy({ path, strips }) {
  const strays = [];
  let target;
  const server = http.createServer((request, response) => {
    const rest = request.url.startsWith(path) ? request.url.slice(path.length) : undefined;
    const isBelow = rest !== undefined && /^([/?]|$)/.test(rest);
    if (!isBelow && !documents.test(request.url)) {
      strays.push(`${request.method} ${request.url} with the cookies ${request.headers.cookie}`);
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>Something else on this host</title>');
      return;
    }
    const url = isBelow && strips ? rest.replace(/^\/?/, '/') : request.url;
    const { method, headers } = request;
    request.pipe(http.request(new URL(target), { path: url, method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    }));
  });
  const port = await freePort();
  await new Promise((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  return {
    issuer: `http://127.0.0.1:${port}${path}`,
    strays,
    passOnTo: (address) => { target = address; },
    stop: () => server.close(),
  };
}
