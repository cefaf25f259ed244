import { audit } from '@cfe/data';

import type { Command } from '../../command.ts';
import { readNamedTable } from '../../input/named-table.ts';

export const dataCheck: Command = {
  name: 'check',
  summary: 'what is wrong or odd with a file, before anything is learned from it',
  arguments: [['<data>', 'CSV, Parquet or Arrow file, or the name of a data set']],
  async run([path = ''], _options, context) {
    const findings = audit(await readNamedTable(path, context));
    const warnings = findings.filter(({ severity }) => severity === 'warning').length;
    return {
      json: { file: path, findings, warnings },
      text: [
        ...findings.map(({ severity, message }) => `${severity === 'warning' ? '!' : '·'} ${message}`),
        findings.length === 0
          ? 'Nothing to remark.'
          : `${warnings} warnings, ${findings.length - warnings} notes.`,
      ].join('\n'),
    };
  },
};
