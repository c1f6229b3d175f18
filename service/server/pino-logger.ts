import { pino } from 'pino';
import type { AuditLog } from '../api/audit.ts';
import type { LogFields, Logger } from '../base/logger.ts';
import type { Config } from './config.ts';

/** JSON lines on standard output: time, level, replica, message and fields. Errors keep type, message and stack. */
export function pinoLogger(config: Pick<Config, 'logLevel' | 'replicaName'>): Logger {
  const logger = pinoFor(config.replicaName, config.logLevel);
  const line =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void =>
      logger[level](fields, message);
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

/** Audit lines among the others, with `"audit": true`; the log level does not silence them. */
export function pinoAuditLog(config: Pick<Config, 'replicaName'>): AuditLog {
  const logger = pinoFor(config.replicaName, 'info');
  return { record: (entry) => logger.info({ audit: true, ...entry }, 'audit') };
}

function pinoFor(replica: string, level: string) {
  return pino({
    level,
    base: { replica },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: pino.stdSerializers.err, cause: pino.stdSerializers.err },
    formatters: { level: (label) => ({ level: label }) },
  });
}
