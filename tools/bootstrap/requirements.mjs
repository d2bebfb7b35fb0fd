/** The oldest Node.js that the shop runs on. */
export const MIN_NODE_VERSION = '20.19';

/**
 * Says why this machine cannot run the shop, or null when it can.
 * @param {{ node: string, platform: string }} machine `process.versions.node` and `process.platform`
 * @returns {string | null}
 */
export function missingRequirement({ node, platform }) {
  if (platform === 'win32') {
    return 'This runs on Linux and macOS. On Windows use WSL 2, or `docker compose up`.';
  }
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const [neededMajor = 0, neededMinor = 0] = MIN_NODE_VERSION.split('.').map(Number);
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return null;
  return `Node.js ${MIN_NODE_VERSION} or later is needed, this is ${node}. Install a newer one from https://nodejs.org and try again.`;
}
