export { barsSvg, type CurvePoint, effectCurveSvg } from './chart-svg.ts';
export { escapeHtml } from './escape-html.ts';
export { type GraphSvgOptions, graphSvg } from './graph-svg.ts';
export { type AnswerCard, type Block, htmlReport, type Section } from './html-report.ts';
