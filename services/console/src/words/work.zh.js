// Chinese for desk, unit, hotline, callbacks, people, health, account. The same keys as work.en.js.
export default {
  'notes.work.contact': '已电话联系当事人，约定上门时间|电话无人接听，已发短信|已与当事人当面沟通',
  'notes.work.progress': '已到现场查看|已安排维修，等待配件|已约谈责任方，限期整改',
  'notes.work.resolve': '已现场处置完毕，当事人认可|已修复并试运行正常|已清理干净并加强巡查|已向当事人解释政策，当事人理解',
  'notes.work.return': '不属于本单位职责，建议转|地点不在本辖区|重复工单，已由其他单位办理',
  'notes.work.raise': '超出本级权限，需上级协调|涉及多个部门，需上级统筹',
  'notes.work.extend': '需要等待配件，申请延期|施工需要审批，申请延期|当事人外出，约定回来后处理',
};
