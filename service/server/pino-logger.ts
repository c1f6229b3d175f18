import { pino } from 'pino';
import type { LogFields, Logger } from '../base/logger.ts';
import type { Config } from './config.ts';

/** JSON lines on standard output: time, level, replica, message and fields. Errors keep type, message and stack. */
export function pinoLogger(config: Pick<Config, 'logLevel' | 'replicaName'>): Logger {
  const logger = pino({
    level: config.logLevel,
    base: { replica: config.replicaName },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: pino.stdSerializers.err, cause: pino.stdSerializers.err },
    formatters: { level: (label) => ({ level: label }) },
  });
  const line =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void =>
      logger[level](fields, message);
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
