/** What the server says about itself (`pricetag/status`), and how that is put to people. Knows nothing of VS Code. */

import { t } from './l10n';

export const STATUS_METHOD = 'pricetag/status';

const STATES = ['starting', 'ready', 'restarting', 'noModel', 'failed', 'stopped'] as const;

export interface ServerStatus {
  readonly state: (typeof STATES)[number];
  readonly message: string;
  readonly model: string | null;
  /** Functions that still wait for their forecast. */
  readonly pending: number;
}

export interface Health {
  readonly severity: 'information' | 'warning' | 'error';
  readonly busy: boolean;
  readonly text: string;
  readonly detail: string;
}

/** Reads a notification. The server may be of another version: what does not fit is undefined, never a crash. */
export function readStatus(value: unknown): ServerStatus | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const { state, message, model, pending } = value as Record<string, unknown>;
  const known = STATES.find((name) => name === state);
  if (known === undefined) {
    return undefined;
  }
  return {
    state: known,
    message: typeof message === 'string' ? message : '',
    model: typeof model === 'string' ? model : null,
    pending: typeof pending === 'number' && pending > 0 ? pending : 0,
  };
}

export function describe(status: ServerStatus): Health {
  const detail = status.message;
  switch (status.state) {
    case 'starting':
      return { severity: 'information', busy: true, text: t('Loading the model'), detail };
    case 'ready':
      return {
        severity: 'information',
        busy: status.pending > 0,
        text: status.pending > 0 ? forecasting(status.pending) : t('Ready: {0}', status.model ?? t('no model named')),
        detail: detail === '' && status.pending > 0 ? (status.model ?? '') : detail,
      };
    case 'restarting':
      return { severity: 'warning', busy: true, text: t('The forecasting process is restarting'), detail };
    case 'noModel':
      return { severity: 'warning', busy: false, text: t('No model'), detail };
    case 'failed':
      return { severity: 'error', busy: false, text: t('Forecasting failed'), detail };
    case 'stopped':
      return { severity: 'warning', busy: false, text: t('Stopped'), detail };
  }
}

function forecasting(count: number): string {
  return count === 1 ? t('Forecasting 1 function') : t('Forecasting {0} functions', count);
}
