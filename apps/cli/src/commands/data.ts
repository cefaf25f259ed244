import type { CommandGroup } from '../command.ts';
import { dataCheck } from './data/check.ts';
import { dataDescribe } from './data/describe.ts';
import { dataFetch } from './data/fetch.ts';
import { dataList } from './data/list.ts';

export const data: CommandGroup = {
  name: 'data',
  summary: "data files and sets: what a file's columns were taken for, and what is wrong with it",
  commands: [dataList, dataDescribe, dataFetch, dataCheck],
};
