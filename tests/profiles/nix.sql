-- The tables of a Nix store, as the program made them, with a few made-up rows.
CREATE TABLE ValidPaths (
    id               integer primary key autoincrement not null,
    path             text unique not null,
    hash             text not null,
    registrationTime integer not null,
    deriver          text,
    narSize          integer,
    ultimate         integer, -- null implies "false"
    sigs             text, -- space-separated
    ca               text -- if not null, an assertion that the path is content-addressed; see ValidPathInfo
);
CREATE TABLE Refs (
    referrer  integer not null,
    reference integer not null,
    primary key (referrer, reference),
    foreign key (referrer) references ValidPaths(id) on delete cascade,
    foreign key (reference) references ValidPaths(id) on delete restrict
);
CREATE TABLE DerivationOutputs (
    drv  integer not null,
    id   text not null, -- symbolic output id, usually "out"
    path text not null,
    primary key (drv, id),
    foreign key (drv) references ValidPaths(id) on delete cascade
);
INSERT INTO ValidPaths ("id", "path", "hash", "registrationTime", "narSize", "ca") VALUES
  (1, '/nix/store/nfndgw441m37606i39bikl0vf6i0c9y2-curl-1.1.1', 'sha256:8fccd70e5d3eba5c3c2a233babded52c9677dfcab4ab5e0ef59b0f187fdc745e', 1707599631, 1552, 'fixed:r:sha256:0pklvizih3wvyl75xaxlrbgpg5icspganfr358y5rfiybl7dgk4g'),
  (4, '/nix/store/0v3l7rix8ach4jdvgv6irgp2pdm8la1s-bash-1.4.1', 'sha256:57937bed4b66716898404447ec0c7c4bc04a9c2f1c14cf546bccc84bd5b51b59', 1642261801, 5264, 'fixed:r:sha256:0n8vnpalpj6cddacy50w5yf4mh2bgh6fqis482c6hwb69gnpp4sp'),
  (5, '/nix/store/h0662v41svk3l36g2vcq9xdkiaax7z86-coreutils-1.0.2', 'sha256:f3e1bf79c6d9be89ff5ec815d925cb3782eddc8f92cc2d5f5571b601d8a6ec1b', 1652560994, 6504, 'fixed:r:sha256:06zclvc03dkiamgjvk4jizffv0iprcjxj5f8bvzqkgnrqrwvzqgk'),
  (6, '/nix/store/r66044wmcza128jzs8902mrb196k19hf-python3-1.1.0', 'sha256:1feec72e75e075b7aac6dddcafc545d4835c42bad81198879b276790800b16db', 1714893865, 7736, 'fixed:r:sha256:1nqn1f090rr7kf3rh4fqp915r0yl8p2szp6xqsmbfxg0flpcgvhz'),
  (7, '/nix/store/y54xbbjj17hrkxxfbz455kjnjpy82gjm-git-1.2.1', 'sha256:0e75cf4faa297e93edcda4f748b4109ee00480f148f8ea2eb7b9a7a69cf14f2b', 1658584184, 8976, 'fixed:r:sha256:0asgy6fad9xrnwpfmy28y6009q4y22s4ixx4rpnr6zi9m97wyx8f'),
  (10, '/nix/store/cdp5w6lkbf7w1371ljm5hrycfcvb358m-zlib-2.0.1', 'sha256:0ea9d46c140688dc8b273f2fb20c668b99db65fe79b653b196faedb83f23e588', 1724224226, 3688, 'fixed:r:sha256:12754czvivgsjsqm7dkrzrjxp6cbcq6b4brz4y5xr2062ind9a8f'),
  (12, '/nix/store/0y2q7d4xrdb7j8qmnmhw7bsmjhww76z4-bash-2.2.0', 'sha256:b4c3fc5f63e2a8cabc2f0c24554bc61c4014f2ea6c2874d58337d68964b6055a', 1684111620, 6160, 'fixed:r:sha256:0nh5nrj8kmiphgap8a3cxbr18h0wqr5ma90c5yycma72cdgzrhxl'),
  (13, '/nix/store/ifbqxhs0hrmpbci07ljl0c3vsdzp2h95-coreutils-2.3.1', 'sha256:ee6885fdf99b03173e5ebe638a5d9a51f5d082ad380b422a65614cc554a3cd98', 1664011476, 7400, 'fixed:r:sha256:166dldacak31clm442rqmn1d1xaik9fqlqxybqz1f0wvz7yqas7f'),
  (16, '/nix/store/0xd99p8zn24s82bz5llzjqfr9g1p2wa8-hello-3.1.1', 'sha256:b41766d0417925703102a690f19a04cc6856f4d4db926826cb4ef81649d2bdc4', 1679717061, 2104, 'fixed:r:sha256:1i5xs94idy2frck6i4nvsks5cs6c0jdg345608qp09br8786c5xl'),
  (17, '/nix/store/457ikzhqhwgky7nf61jich47f605qrgs-curl-3.2.2', 'sha256:6c3fb28d9acaf3f6e37378854b816f6660ed9d7d64f9470d43607e6748e46399', 1701375693, 3344, 'fixed:r:sha256:16b3wi46fzk08c6lgyb4gnfysq36dy0lp1bqfgizdwyaka6v4gvc'),
  (19, '/nix/store/x4i2wdwwn187grx1m91a3i8gm6cyvs1r-openssl-3.4.1', 'sha256:c700c7b861f98188e995a8cedc36f95815a013d2a53a8264153d0777c13daba9', 1669518558, 5816, 'fixed:r:sha256:1adb7p0pf1rx2mj84fm5s89s05aqz4vdrkm8jplqi0grc6wcf067'),
  (20, '/nix/store/ly803fbgsc9ap7b99mhl61aac9wnqcm3-bash-3.0.2', 'sha256:80ad4e7e4f07e6cd08026038ad9f178366754ee5245f2bee12bf5c273f011e1f', 1655355846, 7056, 'fixed:r:sha256:07qy04zjfp5z2bp2npr4wm77arl32ygssf30084cvrh79xz4xbc0'),
  (22, '/nix/store/7fx1hnd2y5hjpc87ykck0888la1450da-python3-3.2.1', 'sha256:5cb3083f51aa2b0f3f35d4014f1adcb626f1ebe8fc41983bc21083dbeb193273', 1660925751, 528, 'fixed:r:sha256:0wrj37mxp0qhq8xrhhgwx3mz29mnvhd4y0fl6lzhyaxaa4zhicsw'),
  (23, '/nix/store/i7d600lgdk7ql421ncgxmw1q84csscls-git-3.3.2', 'sha256:72650c575fd724ed23d4b022b697de3a431de214619bbbaa099d863ed0714a4c', 1726717555, 1768, 'fixed:r:sha256:0k2af783x1lx16mbp6v12ki1shrsvsbvc8mhshiys96pbxbhqrbj'),
  (25, '/nix/store/igzbyd18bv4z36i4a5rpd7dy5a1g92lw-curl-4.0.1', 'sha256:178bf03ca2cc10a6279b45d0f1e5b371134849dd7c433e58dd346b0b4e82b309', 1751811335, 4240, 'fixed:r:sha256:02dkh970nsrlvmc3whvwvm4lh4vingjz3l25kcksc46cl8yg12qp'),
  (27, '/nix/store/02lg7p01jpkwga9d2vl9mg4r92r43vw7-openssl-4.2.0', 'sha256:bafd9b4fe36181c41d19196b57cdb243a6e267b5d2d322d09a1141039974351f', 1743830308, 6712, 'fixed:r:sha256:07rmfjch6h8ikb825lyjnmky59j3nb6mfsqr34fw90b1wd7rpzds'),
  (28, '/nix/store/9a593s9cxzbr4w9ij0211ny0hp66s4cq-bash-4.3.1', 'sha256:611feea14e02aa738823f631707103ad9a58abef54cbfbb6edc16b74eaf7cd1c', 1712298933, 7952, 'fixed:r:sha256:076dyzm78sy1xnvgpjslxymmi6md0dqp0cgn4f477ah29shyw7v1'),
  (30, '/nix/store/mkrnyhcm4jc7y2hbk3czw6f956vxf9z0-python3-4.0.0', 'sha256:3ae823bce96d39d1f09a10547cf126e247d6f562a9dd0f7a6e9ecab181a56fbf', 1647356946, 1424, 'fixed:r:sha256:1gvgln0v3jlydrx0zpd9cbsxciz24vqpqm0hkbqd2fbdx6y27s1s'),
  (31, '/nix/store/3glxycpkvvnzrb19rbb6m0vl3l126g52-git-4.1.1', 'sha256:c56a792ec52aeac4b0fab2e3602ab17301ccb1930692c0a515d7cc4919dd790b', 1666449146, 2664, 'fixed:r:sha256:02vrvlclkk6p2njw14h6jfqwq0bkn4m61qxjzaqc9siaqlp7jsn5'),
  (34, '/nix/store/xl5w3c3hgb3940bfisfxbk7pk0i39hxf-zlib-5.4.1', 'sha256:ed043868afbd897eec1041c03e9bac60cf3fc577c79320644e5af37e6d2b8801', 1730097175, 6376, 'fixed:r:sha256:00c85dnpxwss9rj214y7fz2kzkv0mjdkxh2123n7x2dxmxl3h17d'),
  (36, '/nix/store/8m5rzirdk7m9r5yd4vj7xzygay1vz2xa-bash-5.1.0', 'sha256:173b2d78a52a6cb995af6e5ede6d9952b96ebdce93751ca0581ed60737571084', 1655642857, 8848, 'fixed:r:sha256:110hawvhgmhyb2h1qxckrsynxfajk5nxwpkfmyavjv1almw2sfqp'),
  (39, '/nix/store/4knlzrfwnam0yl6cn5h2gyxq34gp0295-git-5.4.0', 'sha256:a0bd95dbab7fd4e12b27ee493bdbadcb8950d8e26fecfc405eea55cc963c30a7', 1703000736, 3560, 'fixed:r:sha256:19rh7jbcqmgabr0grv3gwbc512fbmpdknjgf4wmy3m3zmgdrbgd0'),
  (42, '/nix/store/3qqxkvq0a7ww9zb1wlcx4vcs5hsk96xr-zlib-6.2.0', 'sha256:24a62650f66620d42bf1b14083075c733a190b17e279a0ff34c4ce1295c10611', 1720021900, 7272, 'fixed:r:sha256:0486q6ai5kn46kzs0yg22w5ijfkkbh3q6h5iy4mx8836yr82d9i4'),
  (43, '/nix/store/pa0ap10s3rwb5pj4d35pmv2drbzn2a93-openssl-6.3.1', 'sha256:6b2b099e281dbf49d0f4304b9a5a7f6ee4f750ab7027e5866230bd6e1f5a1d66', 1734242312, 8504, 'fixed:r:sha256:0rhxb8gnxg9hca3fa9vhmd8ggr3fgxd9ljrhyk84kgqx52g0javb'),
  (44, '/nix/store/h6mmzlm88vydcslxr2s1pmk151dw4nny-bash-6.4.2', 'sha256:87eab655c2578631c798888feca603cfc64a4ecc02fd00fb19d6934755f7275e', 1762283077, 744, 'fixed:r:sha256:0pi7yxalg4yn37xh1z82ri74ming0fkfr3w8k33k31jpq9avdsl7');
INSERT INTO Refs ("referrer", "reference") VALUES
  (27, 17),
  (12, 7),
  (42, 6),
  (42, 10),
  (39, 19),
  (22, 10),
  (36, 27),
  (44, 7),
  (23, 22),
  (20, 7),
  (30, 5),
  (43, 13);
