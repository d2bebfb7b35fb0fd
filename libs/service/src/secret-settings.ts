import { fileVariableOf, secretOf, SettingFileError, type Environment } from 'nestjs-event-streams/internal/address';

/** The names of the secret settings of each class, by its prototype. */
const declared = new Map<object, Set<string>>();

/**
 * A secret from the environment: it is never shown in a message or log, and it can be given as a file. `X_FILE` names a file with the
 * value of `X`; a line break at its end is removed.
 */
export function SecretSetting(): PropertyDecorator {
  return (target, property) => {
    const names = declared.get(target) ?? new Set();
    declared.set(target, names.add(String(property)));
  };
}

/** The names of the secret settings of a class, including inherited ones. */
export function secretsOf(settings: new () => object): ReadonlySet<string> {
  const names = new Set<string>();
  for (
    let each: object | null = settings.prototype as object;
    each;
    each = Object.getPrototypeOf(each) as object | null
  ) {
    for (const name of declared.get(each) ?? []) names.add(name);
  }
  return names;
}

/** The names of the secret settings of all classes. */
export function allSecrets(): string[] {
  return [...new Set([...declared.values()].flatMap((names) => [...names]))];
}

/** The secrets of an environment: their values, and their files by the variables that name them. */
export interface Secrets {
  values: Record<string, string>;
  files: Record<string, string>;
  /** What is wrong with them. Shows no secret. */
  problems: string[];
}

/** Reads secrets from the environment, or from the files that it names. */
export function readSecrets(names: Iterable<string>, environment: Environment): Secrets {
  const secrets: Secrets = { values: {}, files: {}, problems: [] };
  for (const name of names) {
    const variable = fileVariableOf(name);
    try {
      const value = secretOf(environment, name);
      if (value === undefined) continue;
      secrets.values[name] = value;
      const file = environment[variable];
      if (typeof file === 'string' && file !== '') secrets.files[variable] = file;
    } catch (error) {
      if (!(error instanceof SettingFileError)) throw error;
      secrets.problems.push(error.message);
    }
  }
  return secrets;
}
