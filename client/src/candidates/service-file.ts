import { urlOf, type Candidate } from './candidate';

/** The services of a pg_service.conf (PostgreSQL manual, "The Connection Service File"). */
export function fromServiceFile(text: string, source: string): readonly Candidate[] {
  const services = new Map<string, Map<string, string>>();
  let service: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/u)) {
    const heading = /^\s*\[([^\]]+)\]/u.exec(line)?.[1];
    if (heading !== undefined) services.set(heading, (service = new Map<string, string>()));
    const setting = /^\s*(\w+)\s*=\s*(.*?)\s*$/u.exec(line);
    if (setting?.[1] !== undefined && setting[2] !== undefined) service?.set(setting[1], setting[2]);
  }
  return [...services].map(([name, settings]) => ({
    source: `${source}, [${name}]`,
    url: urlOf({
      host: settings.get('host') ?? settings.get('hostaddr'),
      port: settings.get('port'),
      user: settings.get('user'),
      password: settings.get('password'),
      database: settings.get('dbname') ?? settings.get('user'),
      sslMode: settings.get('sslmode'),
    }),
  }));
}
