import { audit } from '@cfe/data';
import { readCsv } from '@cfe/data/node';
import type { Command } from '../../command.ts';

export const dataCheck: Command = {
  name: 'check',
  summary: 'what is wrong or odd with a file, before anything is learned from it',
  arguments: [['<data>', 'CSV file']],
  async run([path = ''], _options, { signal }) {
    const findings = audit(await readCsv(path, { signal }));
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
