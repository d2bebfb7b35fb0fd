import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../src/root.js';

const DIR = path.join(ROOT, '.github/workflows');

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { strategy?: { matrix: { app: string[] } } }>;
}

interface Compose {
  services: Record<string, { build?: { args: { APP: string } } }>;
}

const read = (file: string) => readFileSync(path.join(DIR, file), 'utf8');

describe.each(readdirSync(DIR))('the workflow %s', (file) => {
  it('names each action by its commit, because a tag can be moved', () => {
    const actions = read(file).match(/uses: .*/g) ?? [];
    expect(actions).not.toEqual([]);
    for (const action of actions) expect(action).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('has read permission only, unless a job has more', () => {
    expect((parse(read(file)) as Workflow).permissions).toEqual({ contents: 'read' });
  });
});

it('the release builds the images of docker-compose.yml', () => {
  const compose = parse(readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as Compose;
  const built = Object.values(compose.services).flatMap(({ build }) => build?.args.APP ?? []);
  const released = (parse(read('release.yml')) as Workflow).jobs['images']?.strategy?.matrix.app ?? [];
  expect(released.toSorted()).toEqual([...new Set(built)].toSorted());
});
