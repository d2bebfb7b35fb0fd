import { describe, expect, it } from 'vitest';
import { missingRequirement } from '../bootstrap/requirements.mjs';

describe('the requirements of the machine', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('Node.js %s is sufficient', (node) => {
    expect(missingRequirement({ node, platform: 'linux' })).toBeNull();
  });

  it.each(['20.18.3', '18.20.0', '9.11.2'])('Node.js %s is too old', (node) => {
    expect(missingRequirement({ node, platform: 'darwin' })).toMatch(
      `Node.js 20.19 or later is needed, this is ${node}`,
    );
  });

  it('Windows needs WSL', () => {
    expect(missingRequirement({ node: '24.0.0', platform: 'win32' })).toMatch('WSL 2');
  });
});
