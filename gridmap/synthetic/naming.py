"""Names as they stand on signs in a Chinese city; none is a person's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


DIGITS = "零一二三四五六七八九十"

NEW_ROOTS = _words(
    "桂花 铜都 磁湖 团城 金桥 白马 青龙 明珠 怡景 滨湖 翰林 学府 锦绣 天润 御景 阳光 和谐 "
    "幸福 康乐 丽景 香榭 紫荆 海棠 芙蓉 梧桐 银杏 石榴 枫林 翠竹 兰亭 荷塘 柳岸 鑫源 宏维 "
    "山水 东方 皇姑 柯尔 凤凰 孔雀 神牛 杭州 苏杭 江南 水岸 星湖 湖景 书香 状元 金色 碧水 "
    "云林 清江 楚天 荆楚 大泉 恒丰 嘉园 瑞景 盛世 时代 城市 四季 春天 玫瑰 百合 玉兰 樱花 "
    "丁香 茉莉 桃源 梅园 松涛 桐梓 鹿鸣 听湖 观湖 望山 竹园 澜山 云水 枫丹 熙园 和园 沁园 "
    "雅园 颐园 春江 江山 团山 湖滨 铜绿 月亮湾 "
)
NEW_TAILS = _words("花园 苑小区 小区 雅居 名邸 华府 新城 家园 公馆 佳苑 国际 一品 半岛 壹号 华庭 名苑")
OLD_ROOTS = _words(
    "冶钢 有色 铜板带 纺机 机床厂 车辆厂 煤机 水泥厂 铁路 棉纺 电厂 化肥厂 轴承厂 锻压 钢厂 "
    "矿山 地质队 建材 粮食局 供销社 运输公司 建筑公司 印刷厂 酒厂 面粉厂 纸厂 塑料厂 玻璃厂 "
    "砖瓦厂 皮革厂 橡胶厂 电缆厂 仪表厂 汽修厂 教师 税务局 电信 邮电 医药公司 石油公司 物资局 "
)
OLD_TAILS = _words("一村 二村 三村 四村 生活区 家属院 宿舍 小区 东区 西区 新村")
VILLAGE_ROOTS = _words(
    "肖家 陆家 张家 袁家 占家 卫家 柯家 石家 程家 熊家 胡家 刘家 王家 陈家 李家 黄家 吴家 "
    "周家 徐家 何家 曹家 邓家 彭家 罗家 田家 范家 方家 潘家 尹家 姜家 上柯 下柯 上陆 下陆 "
    "大屋 细屋 老屋 新屋 东头 西头 枫树 樟树 柳树 桃树 梓树 石桥 木桥 官塘 "
)
NEW_VILLAGE_TAILS = ("新村", "还建小区", "安置小区", "新居")
VILLAGE_TAILS = _words("湾 铺 畈 垴 垅 咀 塆 冲 下 边")
STREET_ROOTS = _words(
    "广州 深圳 武汉 南京 大连 青岛 宁波 温州 厦门 福州 珠海 长沙 南昌 合肥 郑州 西安 昆明 "
    "贵阳 成都 重庆 扬州 无锡 常州 绍兴 嘉兴 桂花 磁湖 湖滨 白马 铜花 团城山 皇姑岭 青龙山 "
    "柯尔山 石榴园 肖铺 陆铺 大塘 胜利 康宁 团结 友谊 西花 铜都 新星 孔雀 神牛 丰山 老鹳庙 "
    "江洋 峰烈 袁畈 占爱 张湾 管山 东昌 卫王 长宇 新下陆 老下陆 车站 站前 铁山 冶炼 矿工 "
    "钢花 有色 纺织 机械 建设 人民 解放 和平 光明 文化 教育 学院 体育 健康 卫生 商城 市场 "
    "工业 科技 创新 创业 高新 迎宾 园林 公园 滨河 临江 沿湖 环湖 山南 山北 龙泉 凤凰 金山 "
    "银山 玉泉 清泉 大桥 石桥 柏树 香樟 梧桐 银杏 玉兰 紫薇 桃园 梅园 竹园 松林 春晖 秋实 "
    "朝阳 向阳 红旗 东风 前进 跃进 新民 安居 平安 富民 兴业 振兴 腾飞 宏图 锦绣 鹏程 金桥 "
    "银桥 百花 牡丹 月季 海棠 茶花 杜鹃 丁香 荷花 泉塘 柳林 樟树 枫林 双桥 三里 五里 七里 "
    "磨山 狮子山 凤山 麒麟 白鹤 芦塘 莲花 映山 碧湖 翠湖 月湖 青松 苍松 古塘 新塘 南塘 北塘 "
    "东塘 西塘 石门 铜门 金海 银海 天桥 迎春 长春 怡园 静园 惠民 利民 便民 爱民 为民 同心 "
    "同乐 永安 永兴 永宁 长安 长寿 泰安 泰康 福康 福寿 吉祥 如意 瑞祥 丽水 秀水 明水 灵泉 "
    "甘泉 温泉 虹桥 彩虹 霞光 晨光 星光 曙光 新华 新建 新城 新园 中心 中兴 大同 大兴 大业 "
    "大冶 鄂东 楚东 江夏 荆山 荆州 襄阳 宜昌 黄冈 咸宁 孝感 随州 九江 安庆 芜湖 徐州 镇江 "
    "湖州 台州 金华 泉州 漳州 汕头 佛山 中山 桂平 柳州 遵义 洛阳 开封 济南 烟台 太原 兰州 "
    "天津 上海 北京 "
)
STREET_TAILS = {"trunk": ("大道", "路"), "street": ("路", "街")}
MORE_TAILS = ("一路", "二路", "支路", "东街", "西街")  # when every root has been used
LANE_TAILS = ("巷", "里")
FIRM_ROOTS = _words(
    "鑫鹏 宏江 新岭 大洲 宏泰 环岭 铜鼎 晨岭 新岳 岭峰 达远 恒途 博大 诚信 金盛 兴冶 科达 "
    "华力 力源 天宇 永宁 铸鑫 瑞岭 长乐 东方 江南 楚雄 富隆 海达 嘉信 九州 联创 "
)
FIRM_TRADES = _words(
    "铜业 机械制造 管业 建材 物流 电子 金属材料 模具 化工设备 包装 食品 纺织 汽车零部件 环保科技 再生资源 冷链仓储 "
)
SHOPS = _words(
    "便利店 副食店 早点铺 热干面馆 药店 理发店 五金店 水果店 烟酒行 超市 服装店 手机店 打印社 "
    "茶馆 棋牌室 网吧 快递驿站 维修部 洗衣店 花店 文具店 诊所 幼儿托管 火锅店 烧烤店 KTV "
    "房产中介 装饰公司 电动车行 快递超市 面包房 眼镜店 宾馆 旅社 银行网点 通信营业厅 会计事务所 "
    "教育培训 "
)
SHOP_ROOTS = _words(
    "惠民 佳佳 好又多 旺旺 老地方 一家亲 顺心 万家 福源 鸿运 聚福 永兴 新世纪 星星 东方 城南 "
    "城北 湖畔 山城 百姓 便民 天天 美美 金牌 老字号 小城 邻家 喜洋洋 同心 德胜 福满 大众 "
)


@dataclass(frozen=True, slots=True)
class Names:
    """What a place is called, and the words its compounds, firms and cases are named with.

    `firm_prefix` stands before the name of a firm, `case_prefix` before the number of a case; `first_new` and
    `first_old` are names that every run gives out first.
    """

    city: str
    district: str
    firm_prefix: str
    case_prefix: str
    new_roots: tuple[str, ...]
    old_roots: tuple[str, ...]
    village_roots: tuple[str, ...]
    village_tails: tuple[str, ...]
    first_new: tuple[str, ...] = ()
    first_old: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The district without its last character: 下陆区 -> 下陆."""
        return self.district.removesuffix("区")


XIALU_NAMES = Names(
    city="黄石市",
    district="下陆区",
    firm_prefix="黄石",
    case_prefix="XL",
    new_roots=NEW_ROOTS,
    old_roots=OLD_ROOTS,
    village_roots=VILLAGE_ROOTS,
    village_tails=VILLAGE_TAILS,
    first_new=("桂花苑小区", "铜都花园"),
    first_old=("冶钢二村", "有色新村"),
)


_PARTICULAR = frozenset(  # to the demo's own district
    _words("铜都 磁湖 团城 白马 皇姑 柯尔 大泉 团山 铜绿 宏维 鑫源 杭州 苏杭 荆楚 楚天 神牛")
)

TOWN_NAMES = Names(
    city="",
    district="演示区",
    firm_prefix="",
    case_prefix="YS",
    new_roots=tuple(root for root in NEW_ROOTS if root not in _PARTICULAR),
    old_roots=_words(
        "团结 友谊 和平 光明 建设 人民 红旗 东风 前进 新华 文化 教师 铁路 邮电 朝阳 向阳 胜利 解放 新建 "
        "新民 工农 永安 长安 平安 健康 园林 迎宾 康宁 振兴 同心 民乐 安居 福民 景华 群众 "
    ),
    village_roots=tuple(root for root in VILLAGE_ROOTS if root[0] not in "上下柯"),
    village_tails=("村", "庄", "里", "坊"),
)


def numeral(n: int) -> str:
    """A number from 0 to 99 in Chinese numerals: 12 is 十二, 30 is 三十."""
    tens, ones = divmod(n, 10)
    if tens == 0:
        return DIGITS[ones]
    head = "" if tens == 1 else DIGITS[tens]
    return f"{head}十{DIGITS[ones] if ones else ''}"


def combinations(
    roots: Sequence[str],
    tails: Sequence[str],
    rng: np.random.Generator,
    first: Sequence[str] = (),
    limit: int | None = None,
) -> Iterator[str]:
    """The given first names, every root with every tail in random order, then numbered phases up to `limit` of them."""
    yield from first
    pairs = [(r, t) for r in roots for t in tails]
    order = rng.permutation(len(pairs))
    phase = 1
    while limit is None or phase <= limit:
        for k in order:
            root, tail = pairs[k]
            yield f"{root}{tail}" if phase == 1 else f"{root}{tail}{numeral(phase)}期"
        phase += 1


def compound_aliases(name: str, kind: str) -> list[str]:
    """What people say instead of the full name."""
    out = []
    if kind == "new":
        if name.endswith("小区") and len(name) > 3:
            out.append(name.removesuffix("小区"))
        if name.endswith(("花园", "家园", "新城")):
            out.append(name + "小区")
    elif kind == "old":
        for k, digit in enumerate("一二三四", start=1):
            if name.endswith(f"{digit}村"):
                out.append(f"{name[:-2]}{k}村")
        if name.endswith(("生活区", "家属院", "宿舍")):
            stem = name.removesuffix("生活区").removesuffix("家属院").removesuffix("宿舍")
            out += [f"{stem}{tail}" for tail in ("家属区", "宿舍") if f"{stem}{tail}" != name]
    elif name.endswith("湾"):
        out.append(name[:-1] + "塆")
    return out
